/** Plaid's keys, asked for by their id. */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { configOf, keyOf, NOW_MS, requestOf } from "../../test/support/signed-request.ts";
import { createKeyStore, createVerifier, parseSchemeConfig, type Verdict } from "./index.ts";

const BODY = '{"webhook_type":"ITEM","webhook_code":"ERROR"}';
const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function requestWith(kid: string, privateKey = pair.privateKey): ReturnType<typeof requestOf> {
  const claims = { iat: NOW_MS / 1000, request_body_sha256: createHash("sha256").update(BODY).digest("hex") };
  const input = `${part({ alg: "ES256", kid })}.${part(claims)}`;
  const signature = sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return requestOf(BODY, [["Plaid-Verification", `${input}.${signature.toString("base64url")}`]]);
}

interface Asked {
  readonly url: string;
  readonly question: unknown;
}

/** Verifiers with one key store, whose keys come from an API that knows the keys `k1`, and `old`, which has expired. */
function plaid(settings: Record<string, string> = { client_id: "client" }): {
  verify: (kid: string, privateKey?: typeof pair.privateKey) => Promise<Verdict>;
  asked: Asked[];
  reload: () => void;
} {
  const asked: Asked[] = [];
  const keyStore = createKeyStore(async (url, _signal, postJson) => {
    const question = JSON.parse(postJson ?? "null") as { key_id: string };
    asked.push({ url, question });
    if (!["k1", "old"].includes(question.key_id)) throw new Error("api answered 400");
    const expired_at = question.key_id === "old" ? NOW_MS / 1000 - 60 : null;
    return JSON.stringify({ key: { ...pair.publicKey.export({ format: "jwk" }), kid: question.key_id, expired_at } });
  });
  const compiled = () => createVerifier(configOf("plaid", settings), [keyOf("api-secret", "main")], { keyStore });
  let verifier = compiled();
  return {
    asked,
    verify: async (kid, privateKey) => verifier.verify(requestWith(kid, privateKey), NOW_MS),
    reload: () => {
      verifier = compiled();
    },
  };
}

test("a key is asked for once, with the account's credentials", async () => {
  const { verify, asked } = plaid();
  expect(await verify("k1")).toMatchObject({ status: "verified", keyName: "main", providerType: "ITEM.ERROR" });
  expect(await verify("k1")).toMatchObject({ status: "verified" });
  expect(asked).toEqual([
    {
      url: "https://production.plaid.com/webhook_verification_key/get",
      question: { client_id: "client", secret: "api-secret", key_id: "k1" },
    },
  ]);
});

test("the sandbox has its own host; another environment is a fault of the answers", async () => {
  const { verify, asked } = plaid({ client_id: "client", environment: "sandbox" });
  expect((await verify("k1")).status).toBe("verified");
  expect(new URL(asked[0]!.url).host).toBe("sandbox.plaid.com");
  const parsed = parseSchemeConfig({ provider: "plaid", secret: "s", client_id: "c", environment: "evil.example/" });
  expect(parsed).toMatchObject({ faults: [{ message: expect.stringContaining("production, sandbox") as string }] });
});

test("another's token, and one of an expired key, are refused", async () => {
  const { verify } = plaid();
  const other = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey;
  expect(await verify("k1", other)).toMatchObject({ reason: "signature_mismatch" });
  expect(await verify("old")).toMatchObject({ status: "refused", reason: "signature_mismatch" });
  expect(await verify("../../evil")).toMatchObject({ reason: "signature_mismatch" });
});

test("a key that cannot be had is a fault of ours, never a verdict, and tells no secret", async () => {
  const { verify } = plaid();
  const fault = await verify("unknown").catch((thrown: unknown) => thrown);
  expect(fault).toMatchObject({ name: "VerifierFault" });
  expect(String(fault)).not.toContain("api-secret");
});

test("whoever makes up key ids makes gtc ask only a few times, and known keys go on", async () => {
  const { verify, asked } = plaid();
  expect((await verify("k1")).status).toBe("verified");
  const made = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => verify(`made-up-${index}`)));
  expect(made.every(({ status }) => status === "rejected")).toBe(true);
  expect(asked.length).toBe(10);
  expect((await verify("k1")).status).toBe("verified");
});

test("what was known before the sources were loaded anew goes on, too", async () => {
  const { verify, reload } = plaid();
  expect((await verify("k1")).status).toBe("verified");
  reload();
  await Promise.allSettled(Array.from({ length: 50 }, (_, index) => verify(`made-up-${index}`)));
  expect((await verify("k1")).status).toBe("verified");
});
