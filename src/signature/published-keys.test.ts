/** Keys and certificates that providers publish: rotated, broken for a while, asked for by anybody. */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { configOf, NOW_MS, outcomeOf, requestOf } from "../../test/support/signed-request.ts";
import { createKeyStore, createVerifier, type SchemeConfig, type SignedRequest } from "./index.ts";

const MINUTE_MS = 60_000;
const BODY = '{"event_id":"1"}';
const ec = generateKeyPairSync("ec", { namedCurve: "secp521r1" });
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const setOf = (...kids: string[]): string =>
  JSON.stringify({ keys: kids.map((kid) => ({ ...ec.publicKey.export({ format: "jwk" }), kid })) });

const TRUELAYER = configOf("truelayer");
const JKU = "https://webhooks.truelayer.com/.well-known/jwks";

function fromTrueLayer(kid: string): SignedRequest {
  const head = part({ alg: "ES512", kid, tl_version: "2", tl_headers: "", jku: JKU });
  const text = Buffer.from(`POST /events/webhook/demo/thing\n${BODY}`).toString("base64url");
  const key = { key: ec.privateKey, dsaEncoding: "ieee-p1363" } as const;
  const signature = sign("sha512", Buffer.from(`${head}.${text}`), key).toString("base64url");
  return requestOf(BODY, [["Tl-Signature", `${head}..${signature}`]]);
}

/** A source whose keys are published as `answer` says at the moment. */
function source(config: SchemeConfig, answer: (url: string) => string) {
  const fetched: string[] = [];
  const keyStore = createKeyStore(async (url) => {
    fetched.push(url);
    return answer(url);
  });
  const { verify } = createVerifier(config, [], { keyStore });
  return {
    fetched,
    outcome: async (request: SignedRequest, afterMs = 0): Promise<string> =>
      Promise.resolve()
        .then(() => verify(request, NOW_MS + afterMs))
        .then(outcomeOf, (fault: Error) => fault.name),
  };
}

test("a key that TrueLayer has just put in the place of another is fetched", async () => {
  let published = setOf("old");
  const { outcome } = source(TRUELAYER, () => published);
  expect(await outcome(fromTrueLayer("old"))).toBe("verified");
  published = setOf("new");
  expect(await outcome(fromTrueLayer("new"), MINUTE_MS)).toBe("verified");
});

test.each(["<html>We are being mended</html>", '{"keys":[]}', ""])(
  "a page instead of the keys is a fault, and is not kept: %s",
  async (page) => {
    let published = page;
    const { outcome } = source(TRUELAYER, () => published);
    expect(await outcome(fromTrueLayer("k"))).toBe("VerifierFault");
    published = setOf("k");
    expect(await outcome(fromTrueLayer("k"), MINUTE_MS)).toBe("verified");
    // Not even in the place of keys that were good.
    published = page;
    expect(await outcome(fromTrueLayer("k"), 7 * 60 * MINUTE_MS)).toBe("verified");
  },
);

test("a key that could not be looked for says nothing of the request", async () => {
  let published = setOf("old");
  const { outcome } = source(TRUELAYER, () => {
    if (published === "") throw new Error("no route");
    return published;
  });
  expect(await outcome(fromTrueLayer("old"))).toBe("verified");
  published = "";
  expect(await outcome(fromTrueLayer("new"), MINUTE_MS)).toBe("VerifierFault");
  expect(await outcome(fromTrueLayer("old"), MINUTE_MS)).toBe("verified");
  published = setOf("new");
  expect(await outcome(fromTrueLayer("new"), 3 * MINUTE_MS)).toBe("verified");
});

test("keys of a kind that is not known do not spoil the others", async () => {
  const { keys } = JSON.parse(setOf("k")) as { keys: object[] };
  const published = JSON.stringify({ keys: [{ kty: "AKP", alg: "ML-DSA-65", kid: "pq", pub: "AAAA" }, ...keys] });
  expect(await source(TRUELAYER, () => published).outcome(fromTrueLayer("k"))).toBe("verified");
});

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PEM = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();

function fromAmazon(certificate: string): SignedRequest {
  const fields = {
    Message: "m",
    MessageId: "1",
    Timestamp: "2026-01-01T00:00:00.000Z",
    TopicArn: "arn",
    Type: "Notification",
  };
  const text = Object.entries(fields).map(([name, value]) => `${name}\n${value}\n`);
  const Signature = sign("sha256", Buffer.from(text.join("")), rsa.privateKey).toString("base64");
  const SigningCertURL = `https://sns.us-east-1.amazonaws.com/${certificate}.pem`;
  return requestOf(JSON.stringify({ ...fields, Signature, SigningCertURL, SignatureVersion: "2" }));
}

test("whoever makes up certificates makes gtc fetch only a few, and the known one goes on", async () => {
  const { outcome, fetched } = source(configOf("aws-sns"), (url) => {
    if (!url.endsWith("/real.pem")) throw new Error("answered 404");
    return PEM;
  });
  expect(await outcome(fromAmazon("real"))).toBe("verified");
  for (let count = 0; count < 50; count++) expect(await outcome(fromAmazon(`made-up-${count}`))).toBe("VerifierFault");
  expect(fetched.length).toBe(10);
  expect(await outcome(fromAmazon("real"))).toBe("verified");
});

test.each([
  ["without one", "<html>"],
  ["that repeats one", `<html><p>You searched for:\n${PEM}`],
])("a page %s instead of a certificate is not kept", async (_what, page) => {
  let published = page;
  const { outcome } = source(configOf("aws-sns"), () => published);
  expect(await outcome(fromAmazon("real"))).toBe("VerifierFault");
  published = PEM;
  expect(await outcome(fromAmazon("real"), MINUTE_MS)).toBe("verified");
});

const now = Math.floor(NOW_MS / 1000);

/** The hook that an app is installed by, as Atlassian sends it to the app at `baseUrl`. */
function installOf(baseUrl: string): SignedRequest {
  const qsh = createHash("sha256").update("POST&/events/webhook/demo/thing&").digest("hex");
  const input = `${part({ alg: "RS256", kid: "k" })}.${part({ aud: [baseUrl], iat: now, exp: now + 180, qsh })}`;
  const signature = sign("sha256", Buffer.from(input), rsa.privateKey).toString("base64url");
  return requestOf(BODY, [["Authorization", `JWT ${input}.${signature}`]]);
}

test("an install hook of Atlassian's is for the app that it was sent to, with a base_url or without", async () => {
  const { origin } = new URL(requestOf("").url);
  for (const config of [configOf("atlassian-connect"), configOf("atlassian-connect", { base_url: origin })]) {
    const { outcome } = source(config, () => PEM);
    expect(await outcome(installOf(origin))).toBe("verified");
    expect(await outcome(installOf("https://another-app.example"))).toBe("claims_wrong");
  }
});
