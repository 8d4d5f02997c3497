import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { createVerifier, parseSchemeConfig, type RefusalReason, type Verdict } from "./index.ts";

const NOW_MS = 1_767_225_600_000;
const BODY = Buffer.from('{ "id": "evt_1",\t"type":"order.created" }\n');
const hmac = (secret: string, text: string | Buffer) => createHmac("sha256", secret).update(text).digest("hex");

function judge(entry: unknown, headers: [string, string][], body: Buffer = BODY): Verdict {
  const parsed = parseSchemeConfig(entry);
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  const url = "https://hooks.example.com/events/webhook/demo/order.created";
  const verdict = createVerifier(parsed.config, parsed.keys).verify(
    { method: "POST", url, headers, rawBody: body },
    NOW_MS,
  );
  if (verdict instanceof Promise) throw new Error("an HMAC is verified at once");
  return verdict;
}

const refusal = (reason: RefusalReason) => ({ status: "refused", reason });

const SHA256 = { header: "X-Signature", algorithm: "sha256", secret: "s3cret" };

test.each(["", "sha256="])("algorithm sha256 takes the hex with prefix %j", (prefix) => {
  expect(judge(SHA256, [["x-signature", prefix + hmac("s3cret", BODY)]])).toMatchObject({
    status: "verified",
    keyName: "default",
    authenticated: true,
  });
});

test("a header without an algorithm means sha256, as secret_header does", () => {
  expect(judge({ header: "X-Signature", secret: "s3cret" }, [["X-SIGNATURE", hmac("s3cret", BODY)]]).status).toBe(
    "verified",
  );
});

test("each way of being wrong has its own reason", () => {
  const good = hmac("s3cret", BODY);
  expect(judge(SHA256, [])).toMatchObject(refusal("signature_missing"));
  expect(judge(SHA256, [["X-Signature", ""]])).toMatchObject(refusal("signature_malformed"));
  expect(judge(SHA256, [["X-Signature", "not hexadecimal"]])).toMatchObject(refusal("signature_malformed"));
  for (const cut of [good.slice(2), good.slice(0, 63), `sha256=${good.slice(0, 1)}`])
    expect(judge(SHA256, [["X-Signature", cut]])).toMatchObject(refusal("signature_truncated"));
  expect(judge(SHA256, [["X-Signature", `${good}zz`]])).toMatchObject(refusal("signature_malformed"));
  expect(judge(SHA256, [["X-Signature", hmac("other", BODY)]])).toMatchObject(refusal("signature_mismatch"));
  expect(judge(SHA256, [["X-Signature", good]], Buffer.from("other"))).toMatchObject(refusal("signature_mismatch"));
  const twice: [string, string][] = [
    ["X-Signature", good],
    ["x-signature", good],
  ];
  expect(judge(SHA256, twice)).toMatchObject(refusal("header_duplicated"));
});

const STRIPE = { header: "Stripe-Signature", algorithm: "stripe", secret: "whsec_xxx" };
const stripeHeader = (seconds: number) => `t=${seconds},v1=${hmac("whsec_xxx", `${seconds}.${BODY.toString()}`)}`;

test("algorithm stripe takes the whole secret text as the key, and a second v1", () => {
  const [t, v1] = stripeHeader(NOW_MS / 1000).split(",");
  expect(judge(STRIPE, [["Stripe-Signature", `${t},${v1}`]]).status).toBe("verified");
  expect(judge(STRIPE, [["Stripe-Signature", `${t},v1=${"0".repeat(64)},${v1},v0=ab`]]).status).toBe("verified");
});

test.each([
  [300, "verified"],
  [-300, "verified"],
  [301, "refused"],
  [-301, "refused"],
])("a stripe signature made %d s before the receipt is %s", (ageSeconds, status) => {
  expect(judge(STRIPE, [["Stripe-Signature", stripeHeader(NOW_MS / 1000 - ageSeconds)]]).status).toBe(status);
});

test("the tolerance is the operator's to change", () => {
  const late = stripeHeader(NOW_MS / 1000 - 900);
  expect(judge({ ...STRIPE, tolerance: 1000 }, [["Stripe-Signature", late]]).status).toBe("verified");
});

test("only a version that nobody checks is no signature", () => {
  expect(judge(STRIPE, [["Stripe-Signature", `t=${NOW_MS / 1000},v0=${"a".repeat(64)}`]])).toMatchObject(
    refusal("signature_version"),
  );
});

test("provider github reads its own headers", () => {
  const verdict = judge({ provider: "github", secret: "s3cret" }, [
    ["X-GitHub-Event", "push"],
    ["X-GitHub-Delivery", "72d3162e"],
    ["X-Hub-Signature-256", `sha256=${hmac("s3cret", BODY)}`],
  ]);
  expect(verdict).toMatchObject({
    status: "verified",
    provider: "github",
    providerType: "push",
    deliveryId: { value: "72d3162e", source: "header:X-GitHub-Delivery", signed: false },
  });
});

test.each([
  ["provider stripe", { provider: "stripe", secret: "whsec_xxx" }],
  ["algorithm stripe", STRIPE],
])("%s knows an event by the id inside the signed body, and its type", (_form, config) => {
  const verdict = judge(config, [["Stripe-Signature", stripeHeader(NOW_MS / 1000)]]);
  expect(verdict).toMatchObject({ providerType: "order.created", deliveryId: { value: "evt_1", signed: true } });
});

test("algorithm stripe reads the header that it was given", () => {
  const config = { ...STRIPE, header: "X-Forwarded-Stripe" };
  expect(judge(config, [["X-Forwarded-Stripe", stripeHeader(NOW_MS / 1000)]]).status).toBe("verified");
  expect(judge(config, [["Stripe-Signature", stripeHeader(NOW_MS / 1000)]])).toMatchObject(
    refusal("signature_missing"),
  );
});

test("the verdict names the secret that fitted, and one past its end is refused", () => {
  const secrets = [
    { name: "2026", secret: "old", not_after: "2025-12-31T00:00:00Z" },
    { name: "2027", secret: "new" },
  ];
  const entry = { header: "X-Signature", secrets };
  expect(judge(entry, [["X-Signature", hmac("new", BODY)]])).toMatchObject({ status: "verified", keyName: "2027" });
  expect(judge(entry, [["X-Signature", hmac("old", BODY)]])).toMatchObject(refusal("key_expired"));
});

test("what is signed in fields of the body, and the signature there, may be long", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 4096 });
  const data = "x".repeat(1000);
  const scheme = {
    kind: "signature",
    alg: "rsa-sha256",
    signature: { json: "signature", encoding: "base64" },
    content: "{json:data}",
  };
  const secret = publicKey.export({ type: "spki", format: "pem" }).toString();
  const signature = sign("sha256", Buffer.from(data), privateKey).toString("base64");
  const body = (changes: object = {}) => Buffer.from(JSON.stringify({ data, signature, ...changes }));
  expect(judge({ scheme, secret }, [], body())).toMatchObject({ status: "verified" });
  expect(judge({ scheme, secret }, [], body({ data: `${data}x` }))).toMatchObject(refusal("signature_mismatch"));
  const token = { scheme: { kind: "token", from: "json:data" }, secret: data };
  expect(judge(token, [], body())).toMatchObject({ status: "verified" });
});
