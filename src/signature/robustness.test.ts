import fc from "fast-check";
import { expect, test } from "vitest";
import { configOf, keyOf, NOW_MS, requestOf } from "../../test/support/signed-request.ts";
import { parseAddressRange, isInRange } from "../base/index.ts";
import { decodeStrict } from "./encoding.ts";
import { createVerifier, listProviders, parseSchemeConfig, type Verifier } from "./index.ts";
import { parseDictionary } from "./structured-fields.ts";

const HEX_SECRET = "00112233445566778899aabbccddeeff";
const verifiers: Verifier[] = listProviders().flatMap(({ id, scheme }) => {
  const needsKey =
    scheme.kind === "signature" ||
    (scheme.kind === "jwt" && !scheme.algs.some((alg) => alg.startsWith("HS"))) ||
    ["aws-sns", "truelayer", "paypal", "salesforce"].includes(id);
  return needsKey ? [] : [createVerifier(configOf(id), [keyOf(HEX_SECRET)])];
});

/** Texts that look like what the schemes read. */
const headerText = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.constantFrom(
    "",
    "sha256=",
    "v0=",
    "t=1,v1=",
    "v1,",
    "Bearer ",
    "t=1767225600,v1=00",
    "{}",
    "a.b.c",
    ",,,,",
    "=",
    "sig1=()",
  ),
  fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256=${hex}`),
);
const names = [
  ...new Set(verifiers.flatMap(({ signatureHeaders }) => signatureHeaders)),
  "content-type",
  "webhook-id",
  "webhook-timestamp",
  "signature-input",
  "x-hook-secret",
];
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json().map((json) => Buffer.from(json)),
  fc.constant(Buffer.from("bt_signature=a|b&bt_payload=x")),
);

test("no request makes a verifier throw, and none that is made up is verified", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...names), headerText), { maxLength: 12 }),
      bodies,
      fc.constantFrom("POST", "GET", "HEAD", "OPTIONS", "PUT"),
      fc.webUrl({ withQueryParameters: true }),
      async (headers, body, method, url) => {
        const request = requestOf(body, headers, { method, url });
        const verdicts = await Promise.all(verifiers.map(async (verifier) => verifier.verify(request, NOW_MS)));
        const accepted = verdicts.filter((verdict) => verdict.status === "verified");
        return accepted.length === 0;
      },
    ),
    { numRuns: 60 },
  );
  expect(verifiers.length).toBeGreaterThan(110);
});

test("no configuration makes the parser throw", () => {
  fc.assert(
    fc.property(
      fc.anything({ withNullPrototype: true }),
      fc.constantFrom("provider", "scheme", "secrets", "header", "settings"),
      (value, name) => {
        const parsed = parseSchemeConfig({ secret: "s", [name]: value });
        return "faults" in parsed || typeof parsed.config === "object";
      },
    ),
    { numRuns: 500 },
  );
  expect(parseSchemeConfig(undefined)).toHaveProperty("faults");
});

test("what is decoded strictly is written the same way again", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 70 }),
      fc.constantFrom("hex" as const, "base64" as const, "base64url" as const),
      fc.string({ minLength: 1, maxLength: 3 }),
      (bytes, encoding, junk) => {
        const text = Buffer.from(bytes).toString(encoding);
        expect(decodeStrict(text, encoding)).toEqual(Buffer.from(bytes));
        const longer = decodeStrict(text + junk, encoding);
        expect(longer === undefined || longer.toString(encoding).toLowerCase() === (text + junk).toLowerCase()).toBe(
          true,
        );
      },
    ),
  );
});

test("a structured field never throws", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 60 }),
      (text) => parseDictionary(text) === undefined || parseDictionary(text) instanceof Map,
    ),
  );
  expect(parseDictionary('sig1=("@method");created=1')?.has("sig1")).toBe(true);
});

test.each([
  ["203.0.113.7", "203.0.113.0/24", true],
  ["203.0.114.7", "203.0.113.0/24", false],
  ["::ffff:203.0.113.7", "203.0.113.0/24", true],
  ["2001:db8::1", "2001:db8::/32", true],
  ["2001:db9::1", "2001:db8::/32", false],
  ["10.0.0.1", "10.0.0.1", true],
  ["10.0.0.1", "0.0.0.0/0", true],
  ["::1", "0.0.0.0/0", false],
  ["fe80::1%eth0", "fe80::/10", true],
  ["10.0.0.256", "10.0.0.0/8", false],
])("%s in %s: %s", (address, text, inside) => {
  const range = parseAddressRange(text);
  expect(range !== undefined && isInRange(address, range)).toBe(inside);
});

test.each(["10.0.0.0/33", "10.0.0", "::1/129", "1:2:3", "::1::2", "010.0.0.1", "10.0.0.0/", "a::/16/1", ""])(
  "%j is no range",
  (text) => expect(parseAddressRange(text)).toBeUndefined(),
);

test("a scheme that only checks addresses is nothing without addresses", () => {
  expect(() => createVerifier(configOf("salesforce"), [])).toThrow("allow_ips");
  expect(() => createVerifier({ ...configOf("salesforce"), allowIps: ["203.0.113.0/24"] }, [])).not.toThrow();
});

test("addresses are a condition beside any scheme", async () => {
  const parsed = parseSchemeConfig({ algorithm: "none", allow_ips: ["203.0.113.0/24"] });
  if ("faults" in parsed) throw new Error("it is in form");
  const verifier = createVerifier(parsed.config, parsed.keys);
  const from = async (remoteAddress?: string) =>
    verifier.verify({ ...requestOf("{}"), ...(remoteAddress !== undefined && { remoteAddress }) }, NOW_MS);
  expect(await from("203.0.113.9")).toMatchObject({ status: "verified", authenticated: false });
  expect(await from("198.51.100.1")).toMatchObject({ status: "refused", reason: "address_not_allowed" });
  expect(await from()).toMatchObject({ status: "refused", reason: "address_not_allowed" });
});

test("a refusal repeats no more than some words of what was sent", async () => {
  const long = "x".repeat(1_000_000);
  const head = Buffer.from(JSON.stringify({ alg: long })).toString("base64url");
  const token = requestOf(`${head}.${Buffer.from("{}").toString("base64url")}.AA`);
  const fields = { Message: "", MessageId: "", Timestamp: "", Type: "Notification", Signature: "", SigningCertURL: "" };
  const topic = requestOf(JSON.stringify({ ...fields, SignatureVersion: "2", TopicArn: long }));
  const salesforce = { scheme: { spec: { kind: "jwt", from: "body", algs: ["RS256"] } } } as const;
  for (const [config, request] of [
    [salesforce, token],
    [configOf("aws-sns", { topic_arn: "arn" }), topic],
  ] as const) {
    const verdict = await createVerifier(config, []).verify(request, NOW_MS);
    if (verdict.status !== "refused") throw new Error("it was not refused");
    expect(verdict.detail.length).toBeLessThan(1100);
  }
});
