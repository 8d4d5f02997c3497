import { createHash, createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { configOf, judge, keyOf, NOW_MS, requestOf, signed } from "../../../test/support/signed-request.ts";
import {
  createKeyStore,
  explainRefusal,
  parseSchemeConfig,
  type ExplainOptions,
  type SchemeConfig,
  type SignedRequest,
} from "../index.ts";
import { bodyHypotheses } from "./body-hypotheses.ts";

const GITHUB = configOf("github");
const SECRET = "It's a Secret to Everybody";
const BODY = '{ "zen": "Keep it logically awesome.",  "name": "Zoë" }\n';
const hmac = (secret: string, body: string | Uint8Array) => createHmac("sha256", secret).update(body);

async function explain(
  config: SchemeConfig,
  secret: string,
  request: SignedRequest,
  options: ExplainOptions = {},
  nowMs = NOW_MS,
) {
  const keys = [keyOf(secret)];
  const verdict = await judge(config, keys, request, nowMs);
  if (verdict.status !== "refused") throw new Error(`it is ${verdict.status}, there is nothing to explain`);
  return explainRefusal({ config, keys, request, nowMs }, verdict, options);
}

/** What arrives when something on the way replaces the body of a signed request. */
const arrivingAs = (body: string | Uint8Array, original = BODY): SignedRequest => ({
  ...signed(GITHUB, SECRET, requestOf(original)),
  rawBody: Buffer.from(body),
});

test("the header is missing, and a similar one is there", async () => {
  const request = requestOf(BODY, [["X-Hub-Signatur-256", `sha256=${hmac(SECRET, BODY).digest("hex")}`]]);
  expect(await explain(GITHUB, SECRET, request)).toMatchObject({
    reason: "header_missing",
    certain: true,
    detail: expect.stringContaining("X-Hub-Signatur-256"),
  });
});

test("the header is missing, because another provider calls", async () => {
  const request = signed(configOf("stripe"), "whsec_x", requestOf(BODY));
  expect(await explain(GITHUB, SECRET, request)).toMatchObject({
    reason: "header_missing",
    detail: expect.stringContaining("Stripe"),
    fix: expect.stringContaining('"stripe"'),
  });
});

test("it came through a proxy whose header names an address that is allowed", async () => {
  const config = { ...GITHUB, allowIps: ["203.0.113.0/24"] };
  const through = (forwardedFor: string): SignedRequest => ({
    ...signed(GITHUB, SECRET, requestOf(BODY, [["X-Forwarded-For", forwardedFor]])),
    remoteAddress: "127.0.0.1",
  });
  expect(await explain(config, SECRET, through("198.51.100.1, 203.0.113.7"))).toMatchObject({
    reason: "proxy_address",
    certain: false,
    detail: "the connection comes from 127.0.0.1, and X-Forwarded-For names 203.0.113.7, which is allowed",
    fix: expect.stringContaining("add it to `trusted_proxies`"),
  });
  expect(await explain(config, SECRET, through("198.51.100.1, nonsense"))).toMatchObject({ reason: "as_reported" });
});

test("only the old SHA-1 header is there", async () => {
  const sha1 = createHmac("sha1", SECRET).update(BODY).digest("hex");
  expect(await explain(GITHUB, SECRET, requestOf(BODY, [["X-Hub-Signature", `sha1=${sha1}`]]))).toMatchObject({
    reason: "old_version",
    detail: expect.stringContaining("X-Hub-Signature"),
  });
});

test("only an old version is inside the header", async () => {
  const header = `t=${NOW_MS / 1000},v0=${"a".repeat(64)}`;
  expect(await explain(configOf("stripe"), "whsec_x", requestOf(BODY, [["Stripe-Signature", header]]))).toMatchObject({
    reason: "old_version",
  });
});

test("the signature is in base64 instead of hex", async () => {
  const request = requestOf(BODY, [["X-Hub-Signature-256", `sha256=${hmac(SECRET, BODY).digest("base64")}`]]);
  expect(await explain(GITHUB, SECRET, request)).toMatchObject({ reason: "wrong_encoding", certain: true });
});

test("the signature lacks its prefix", async () => {
  const request = requestOf(BODY, [["X-Hub-Signature-256", hmac(SECRET, BODY).digest("hex")]]);
  expect(await explain(GITHUB, SECRET, request)).toMatchObject({
    reason: "wrong_prefix",
    certain: true,
    detail: expect.stringContaining("no prefix"),
  });
});

test.each([
  ["JSON.stringify", JSON.stringify(JSON.parse(BODY))],
  ["indentation", JSON.stringify(JSON.parse(BODY), null, 2)],
  ["json.dumps of Python", '{"zen": "Keep it logically awesome.", "name": "Zo\\u00eb"}'],
])("a JSON parser wrote the body again; it was signed as %s", async (_name, original) => {
  const request = arrivingAs(
    original === JSON.stringify(JSON.parse(BODY)) ? BODY : JSON.stringify(JSON.parse(BODY)),
    original,
  );
  expect(await explain(GITHUB, SECRET, request)).toMatchObject({ reason: "body_reserialised", certain: true });
});

test("a line break at the end was trimmed", async () => {
  expect(await explain(GITHUB, SECRET, arrivingAs(BODY.trim()))).toMatchObject({
    reason: "body_trimmed",
    certain: true,
  });
});

test("the sender signed before it compressed", async () => {
  const rawBody = gzipSync(BODY);
  const request = {
    ...signed(GITHUB, SECRET, requestOf(BODY, [["Content-Encoding", "gzip"]])),
    rawBody,
    decodedBody: () => Buffer.from(BODY),
  };
  expect(await explain(GITHUB, SECRET, request)).toMatchObject({ reason: "body_decompressed", certain: true });
});

test("a proxy decompressed what was signed compressed, and left the header", async () => {
  const compressed = signed(GITHUB, SECRET, {
    ...requestOf(BODY, [["Content-Encoding", "gzip"]]),
    rawBody: gzipSync(BODY),
  });
  expect(await explain(GITHUB, SECRET, { ...compressed, rawBody: Buffer.from(BODY) })).toMatchObject({
    reason: "body_decompressed",
    certain: false,
  });
});

test("bytes were lost on the way", async () => {
  const whole = signed(GITHUB, SECRET, requestOf(BODY, [["Content-Length", String(Buffer.byteLength(BODY))]]));
  expect(await explain(GITHUB, SECRET, { ...whole, rawBody: whole.rawBody.subarray(0, 20) })).toMatchObject({
    reason: "body_changed",
    detail: expect.stringContaining("20"),
  });
});

test("two tenants' secrets were swapped", async () => {
  const request = signed(GITHUB, "the other secret", requestOf(BODY));
  const others = [{ name: "acme/github", keys: [keyOf("the other secret")] }];
  expect(await explain(GITHUB, SECRET, request, { others })).toMatchObject({
    reason: "secret_of_another",
    certain: true,
    detail: expect.stringContaining("acme/github"),
  });
});

test("the live secret is configured, the test secret signs", async () => {
  const request = signed(configOf("stripe"), "whsec_test", requestOf(BODY));
  const others = [{ name: "demo/stripe-test", keys: [keyOf("whsec_test")] }];
  expect(await explain(configOf("stripe"), "whsec_live", request, { others })).toMatchObject({
    reason: "test_or_live_secret",
    certain: true,
  });
});

test("an event of test mode that nothing explains", async () => {
  const request = signed(configOf("stripe"), "whsec_test", requestOf('{"livemode": false}'));
  expect(await explain(configOf("stripe"), "whsec_live", request)).toMatchObject({
    reason: "test_or_live_secret",
    certain: false,
  });
});

test("the clock is five minutes off, and a bit", async () => {
  const request = signed(configOf("slack"), "s3cret", requestOf(BODY), NOW_MS - 312_000);
  expect(await explain(configOf("slack"), "s3cret", request)).toMatchObject({
    reason: "timestamp",
    certain: true,
    detail: expect.stringContaining("5 min 12 s before"),
  });
});

test("behind a proxy the URL is another one, and the matching one is named", async () => {
  const publicUrl = "https://shop.example.com/events/webhook/demo/square";
  const request = signed(configOf("square"), "key", { ...requestOf(BODY), url: publicUrl });
  const seen = { ...request, url: "http://localhost:8080/events/webhook/demo/square" };
  const proxied: SignedRequest = { ...seen, headers: [...seen.headers, ["X-Forwarded-Host", "shop.example.com"]] };
  expect(await explain(configOf("square"), "key", proxied)).toMatchObject({
    reason: "url_mismatch",
    certain: true,
    detail: expect.stringContaining(publicUrl),
  });
});

test.each([
  ["a line break was pasted along", "key\n", "key"],
  ["whsec_ was left out", "MDEyMzQ1", "whsec_MDEyMzQ1"],
])("the secret: %s", async (_name, configured, real) => {
  const request = signed(GITHUB, real, requestOf(BODY));
  expect(await explain(GITHUB, configured, request)).toMatchObject({ reason: "secret_form", certain: true });
});

test("a base64 secret is taken as text by the sender", async () => {
  const plain = signed(configOf("polar"), "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", requestOf(BODY));
  expect(await explain(configOf("standard-webhooks"), "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", plain)).toMatchObject({
    reason: "secret_form",
    certain: true,
  });
});

test("an old secret is still in use", async () => {
  const keys = [{ name: "2025", secret: SECRET, notAfterMs: NOW_MS - 1 }];
  const request = signed(GITHUB, SECRET, requestOf(BODY));
  const verdict = await judge(GITHUB, keys, request);
  if (verdict.status !== "refused") throw new Error("it is refused");
  expect(await explainRefusal({ config: GITHUB, keys, request, nowMs: NOW_MS }, verdict)).toMatchObject({
    reason: "old_secret",
    detail: expect.stringContaining("2025"),
  });
});

test("a secret that is simply wrong", async () => {
  expect(await explain(GITHUB, "other", signed(GITHUB, SECRET, requestOf(BODY)))).toMatchObject({
    reason: "wrong_secret",
    certain: false,
  });
});

test("the work is bounded, whatever the body and however many secrets there are", async () => {
  const others = Array.from({ length: 5000 }, (_, index) => ({
    name: `tenant-${index}`,
    keys: [keyOf(`secret-${index}`)],
  }));
  const small = await explain(GITHUB, "other", signed(GITHUB, SECRET, requestOf(BODY)), { others });
  expect(small.tries).toBeLessThanOrEqual(300);
  const large = requestOf(`[${"1, ".repeat(6_000_000)}1]`);
  const started = performance.now();
  const { tries } = await explain(GITHUB, "other", signed(GITHUB, SECRET, large), { others });
  expect(tries).toBeLessThanOrEqual(4);
  expect(performance.now() - started).toBeLessThan(3000);
});

test("a token that is refused is explained, too", async () => {
  const parsed = parseSchemeConfig({ algorithm: "token", header: "X-Token", secret: "abc\n" });
  if ("faults" in parsed) throw new Error("it is in form");
  const verdict = await judge(parsed.config, parsed.keys, requestOf(BODY, [["X-Token", "abc"]]));
  if (verdict.status !== "refused") throw new Error("it is refused");
  const item = {
    config: parsed.config,
    keys: parsed.keys,
    request: requestOf(BODY, [["X-Token", "abc"]]),
    nowMs: NOW_MS,
  };
  expect(await explainRefusal(item, verdict)).toMatchObject({ reason: "secret_form", certain: true });
});

test("kilobytes that nest deep are not written out as gigabytes of indentation", () => {
  const text = `${"[".repeat(400)}${Array.from({ length: 50_000 }, () => 1).join(",")}${"]".repeat(400)}`;
  const lengths = [...bodyHypotheses(requestOf(text))].map(({ request }) => request?.rawBody.length ?? 0);
  expect(Math.max(...lengths)).toBeLessThan(1024 * 1024);
});

test("a body that nests deeper than can be written is explained all the same", async () => {
  const request = arrivingAs("[".repeat(20_000) + "]".repeat(20_000));
  expect(await explain(GITHUB, SECRET, request)).toMatchObject({ reason: "wrong_secret", certain: false });
});

test("what a small body unpacks to counts as well, and is unpacked once", async () => {
  const item = { NotificationRequestItem: { additionalData: { hmacSignature: Buffer.alloc(32).toString("base64") } } };
  const decoded = Buffer.from(JSON.stringify({ notificationItems: [item], filling: "x".repeat(1_000_000) }));
  let unpacked = 0;
  const request: SignedRequest = {
    ...requestOf(gzipSync(decoded), [["Content-Encoding", "gzip"]]),
    decodedBody: () => {
      unpacked += 1;
      return decoded;
    },
  };
  const key = "ab".repeat(32);
  const others = Array.from({ length: 50 }, (_, index) => ({
    name: "other",
    keys: [keyOf(`${index}`.padStart(64, "c"))],
  }));
  const { tries } = await explain(configOf("adyen"), key, request, { maxBytes: 4 * 1024 * 1024, others });
  expect(tries).toBeLessThan(20);
  // Once for the verdict, once for all that was looked for.
  expect(unpacked).toBe(2);
});

/** An HS256 token as LiveKit sends it. */
function tokenOf(claims: object, secret = SECRET): string {
  const text = [{ alg: "HS256" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

const LIVEKIT = configOf("livekit", { api_key: "key-1" });
const liveKit = (changes: object, body = BODY): SignedRequest => {
  const sha256 = createHash("sha256").update(BODY).digest("base64");
  const claims = { iss: "key-1", exp: NOW_MS / 1000 + 60, sha256, ...changes };
  return requestOf(body, [["Authorization", tokenOf(claims)]]);
};

test("a token with wrong claims is made with the right secret: that is not to be looked for in the secret", async () => {
  const explanation = await explain(LIVEKIT, SECRET, liveKit({ iss: "key-2" }));
  expect(explanation).toMatchObject({ reason: "as_reported", certain: true });
  expect(explanation.detail).toBe('the issuer is "key-2", not key-1');
  expect(explanation.fix).toContain("settings of the scheme");
});

test("a token over another body is made with the right secret: the body was changed", async () => {
  expect(await explain(LIVEKIT, SECRET, liveKit({}, "{}"))).toMatchObject({
    reason: "body_changed",
    certain: true,
    detail: expect.stringContaining("with the right secret, but over another body"),
  });
  expect(await explain(LIVEKIT, "another", liveKit({}))).toMatchObject({ reason: "wrong_secret" });
});

test("of two headers that a signature needs, the one that is there is not taken for another provider's", async () => {
  const spec = { kind: "http-message-signature" } as const;
  const request = requestOf(BODY, [["Signature", "sig1=:AAAA:"]]);
  expect(await explain({ scheme: { spec } }, SECRET, request)).toMatchObject({
    reason: "as_reported",
    detail: "header Signature-Input or Signature is not there",
  });
});

test("a signature that no secret makes is not blamed on one", async () => {
  const { generateKeyPairSync } = await import("node:crypto");
  const jwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "jwk" });
  const jwks = JSON.stringify({ keys: [{ ...jwk, kid: "k" }] });
  const config = configOf("kinde", { jwks_url: "https://a.example/jwks" });
  const text = [{ alg: "RS256", kid: "k" }, {}].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const request = requestOf(`${text.join(".")}.AAAA`);
  const keyStore = createKeyStore(() => Promise.resolve(jwks));
  const verdict = await judge(config, [], request, NOW_MS, { keyStore });
  if (verdict.status !== "refused") throw new Error("it is not refused");
  const explanation = await explainRefusal({ config, keys: [], request, nowMs: NOW_MS }, verdict, { keyStore });
  expect(explanation).toMatchObject({ reason: "as_reported", certain: false });
  expect(`${explanation.detail} ${explanation.fix}`).not.toMatch(/secret/i);
});

test("a fix that is proposed is one that setup takes", async () => {
  const request = requestOf(BODY, [["X-Hub-Signature-256", `sha256=${hmac(SECRET, BODY).digest("base64")}`]]);
  const { fix } = await explain(GITHUB, SECRET, request);
  expect(fix).toBe('Choose the scheme that reads base64, or write it out with "encoding": "base64".');
});
