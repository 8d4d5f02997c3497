import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  configOf,
  HOOK_URL,
  judge,
  keyOf,
  NOW_MS,
  outcomeOf,
  requestOf,
  signed,
} from "../../test/support/signed-request.ts";
import { createKeyStore } from "./index.ts";

const NOW = NOW_MS / 1000;
const BODY = '{"type":"x"}';
const sha256 = (encoding: "hex" | "base64" | "base64url") => createHash("sha256").update(BODY).digest(encoding);
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwks = (kid = "k1") =>
  JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: "jwk" }), kid, use: "sig" }] });

function hs256(claims: object, secret: string, header: object = { alg: "HS256", typ: "JWT" }): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

function rs256(claims: object, header: object = { alg: "RS256", kid: "k1" }): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${sign("sha256", Buffer.from(input), rsa.privateKey).toString("base64url")}`;
}

describe("QStash: a token over URL and body", () => {
  const claims = { iss: "Upstash", sub: HOOK_URL, exp: NOW + 300, nbf: NOW, iat: NOW, body: `${sha256("base64url")}=` };
  const verdictOf = async (token: string, body = BODY, url = HOOK_URL) =>
    outcomeOf(
      await judge(
        configOf("qstash"),
        [keyOf("current"), keyOf("next", "next")],
        requestOf(body, [["Upstash-Signature", token]], { url }),
      ),
    );

  test("either key verifies it", async () => {
    expect(await verdictOf(hs256(claims, "current"))).toBe("verified");
    expect(await verdictOf(hs256(claims, "next"))).toBe("verified");
    expect(await verdictOf(hs256(claims, "other"))).toBe("signature_mismatch");
  });

  test("another body, URL, issuer or time is refused", async () => {
    expect(await verdictOf(hs256(claims, "current"), "{}")).toBe("signature_mismatch");
    expect(await verdictOf(hs256(claims, "current"), BODY, `${HOOK_URL}/x`)).toBe("claims_wrong");
    expect(await verdictOf(hs256({ ...claims, iss: "Upstesh" }, "current"))).toBe("claims_wrong");
    expect(await verdictOf(hs256({ ...claims, exp: NOW }, "current"))).toBe("timestamp_outside_tolerance");
    expect(await verdictOf(hs256({ ...claims, nbf: NOW + 10 }, "current"))).toBe("timestamp_outside_tolerance");
    expect(await verdictOf(hs256({ ...claims, exp: undefined }, "current"))).toBe("timestamp_missing");
    expect(await verdictOf(hs256({ ...claims, exp: "soon" }, "current"))).toBe("timestamp_malformed");
  });

  test("an algorithm that is not allowed is no signature", async () => {
    expect(await verdictOf(`${part({ alg: "none" })}.${part(claims)}.`)).toBe("signature_version");
    expect(await verdictOf(hs256(claims, "current", { alg: "HS512" }))).toBe("signature_version");
    expect(await verdictOf(hs256(claims, "current", { alg: "HS256", crit: ["b64"], b64: false }))).toBe(
      "signature_version",
    );
  });

  test("what is no token is malformed", async () => {
    for (const token of ["", "a.b", "a.b.c.d", `${hs256(claims, "current")}!`, `${hs256(claims, "current")}.x`]) {
      expect(["signature_malformed", "signature_missing"]).toContain(await verdictOf(token));
    }
  });
});

describe("Google Pub/Sub: published keys", () => {
  const claims = {
    iss: "https://accounts.google.com",
    aud: "aud",
    email: "bot@example.com",
    email_verified: true,
    iat: NOW,
    exp: NOW + 3600,
  };
  const config = configOf("google-pubsub", { audience: "aud", email: "bot@example.com" });
  const request = (token: string) => requestOf(BODY, [["Authorization", `Bearer ${token}`]]);

  test("the keys are fetched, and fetched again for a key id that is new", async () => {
    let published = jwks("old");
    let fetched = 0;
    const keyStore = createKeyStore(() => {
      fetched += 1;
      return Promise.resolve(published);
    });
    const at = async (nowMs: number) => outcomeOf(await judge(config, [], request(rs256(claims)), nowMs, { keyStore }));
    expect(await at(NOW_MS)).toBe("signature_mismatch");
    published = jwks("k1");
    expect(await at(NOW_MS + 60_000)).toBe("verified");
    expect(await at(NOW_MS + 61_000)).toBe("verified");
    expect(fetched).toBe(2);
  });

  test("pasted keys need no fetching; claims count", async () => {
    const verdictOf = async (changed: object) =>
      outcomeOf(await judge(config, [keyOf(jwks())], request(rs256({ ...claims, ...changed }))));
    expect(await verdictOf({})).toBe("verified");
    expect(await verdictOf({ aud: "other" })).toBe("claims_wrong");
    expect(await verdictOf({ email: "mallory@example.com" })).toBe("claims_wrong");
    expect(await verdictOf({ email_verified: false })).toBe("claims_wrong");
    expect(await verdictOf({ iss: "https://evil.example" })).toBe("claims_wrong");
  });

  test("the public key is no shared secret", async () => {
    const pem = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();
    for (const secret of [pem, jwks()]) {
      const forged = hs256(claims, secret);
      expect(outcomeOf(await judge(config, [keyOf(secret)], request(forged)))).toBe("signature_version");
      const body = sha256("base64");
      const token = hs256({ request_body_sha256: body }, secret);
      expect(
        outcomeOf(
          await judge(
            configOf("fusionauth"),
            [keyOf(secret)],
            requestOf(BODY, [["X-FusionAuth-Signature-JWT", token]]),
          ),
        ),
      ).toBe("signature_mismatch");
    }
  });
});

test("Plaid: the age of the token counts", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const input = `${part({ alg: "ES256", kid: "p1" })}.${part({ iat: NOW, request_body_sha256: sha256("hex") })}`;
  const token = `${input}.${sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  const key = keyOf(JSON.stringify({ key: { ...publicKey.export({ format: "jwk" }), kid: "p1" } }));
  const at = async (nowMs: number, body = BODY) =>
    outcomeOf(await judge(configOf("plaid"), [key], requestOf(body, [["Plaid-Verification", token]]), nowMs));
  expect(await at(NOW_MS + 299_000)).toBe("verified");
  expect(await at(NOW_MS + 301_000)).toBe("timestamp_outside_tolerance");
  expect(await at(NOW_MS - 301_000)).toBe("timestamp_outside_tolerance");
  expect(await at(NOW_MS, "{}")).toBe("signature_mismatch");
});

test("Kinde: the body is the token, and its claims say what happened", async () => {
  const verdict = await judge(
    configOf("kinde"),
    [keyOf(jwks())],
    requestOf(rs256({ type: "user.created", event_id: "e1" })),
  );
  expect(verdict).toMatchObject({
    status: "verified",
    providerType: "user.created",
    deliveryId: { value: "e1", signed: true },
  });
});

test.each([
  [
    "an access token",
    { aud: [], iss: "https://shop.kinde.com", sub: "kp_1", scp: ["openid"], jti: "1", exp: NOW + 60 },
  ],
  ["a token with one of the claims", { type: "user.created" }],
  ["a token whose claims are no texts", { type: true, event_id: ["e1"] }],
])("Kinde: %s of a user is made with the same keys, and is no event", async (_what, claims) => {
  expect(outcomeOf(await judge(configOf("kinde"), [keyOf(jwks())], requestOf(rs256(claims))))).toBe("claims_wrong");
});

describe("an empty body", () => {
  const judged = async (provider: string, name: string, prefix: string, claims: object) =>
    outcomeOf(await judge(configOf(provider), [keyOf("s")], requestOf("", [[name, prefix + hs256(claims, "s")]])));

  test("LiveKit: the token with which a participant joins is no event", async () => {
    const access = { iss: "key", sub: "guest", nbf: NOW, exp: NOW + 60, video: { roomJoin: true, room: "r" } };
    expect(await judged("livekit", "Authorization", "", access)).toBe("signature_mismatch");
  });

  test("QStash: the claim is there for it, too", async () => {
    const claims = { iss: "Upstash", sub: HOOK_URL, exp: NOW + 300 };
    expect(await judged("qstash", "Upstash-Signature", "", claims)).toBe("signature_mismatch");
    const body = createHash("sha256").update("").digest("base64url");
    expect(await judged("qstash", "Upstash-Signature", "", { ...claims, body })).toBe("verified");
  });

  test("Vonage leaves it out for a request that has none", async () => {
    expect(await judged("vonage", "Authorization", "Bearer ", { iss: "Vonage", iat: NOW })).toBe("verified");
  });
});

test.each([
  ["ES256", generateKeyPairSync("ec", { namedCurve: "prime256v1" })],
  ["ES384", generateKeyPairSync("ec", { namedCurve: "secp384r1" })],
  ["EdDSA", generateKeyPairSync("ed25519")],
  ["PS256", generateKeyPairSync("rsa", { modulusLength: 2048 })],
])("a token is signed here by the algorithm that the key is for: %s", async (alg, { privateKey, publicKey }) => {
  const algs = ["HS256", "PS256", "RS256", "ES256", "ES384", "EdDSA"] as const;
  const config = { scheme: { spec: { kind: "jwt", from: "header:X-Token", algs } } } as const;
  const made = signed(config, privateKey.export({ type: "pkcs8", format: "pem" }).toString(), requestOf("{}"));
  const [head = ""] = made.headers.find(([name]) => name === "X-Token")?.[1].split(".") ?? [];
  expect(JSON.parse(Buffer.from(head, "base64url").toString())).toMatchObject({ alg });
  const keys = [keyOf(publicKey.export({ type: "spki", format: "pem" }).toString())];
  expect(outcomeOf(await judge(config, keys, made))).toBe("verified");
});
