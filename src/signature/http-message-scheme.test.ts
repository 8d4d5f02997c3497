import { createHash, createHmac, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { judge, keyOf, NOW_MS, outcomeOf, requestOf, signed } from "../../test/support/signed-request.ts";
import type { SchemeConfig, SignedRequest } from "./index.ts";

const of = (spec: object): SchemeConfig => ({ scheme: { spec: { kind: "http-message-signature", ...spec } } });

/** RFC 9421 appendix B: the test request, its keys and two of its signatures. */
const RFC_REQUEST: SignedRequest = {
  method: "POST",
  url: "https://example.com/foo?param=Value&Pet=dog",
  headers: [
    ["Host", "example.com"],
    ["Date", "Tue, 20 Apr 2021 02:07:55 GMT"],
    ["Content-Type", "application/json"],
    [
      "Content-Digest",
      "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
    ],
    ["Content-Length", "18"],
  ],
  rawBody: Buffer.from('{"hello": "world"}'),
};
const RFC_NOW_MS = 1_618_884_473_000;

describe("the examples of RFC 9421", () => {
  test("B.2.5: HMAC with a shared secret", async () => {
    const request: SignedRequest = {
      ...RFC_REQUEST,
      headers: [
        ...RFC_REQUEST.headers,
        [
          "Signature-Input",
          'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
        ],
        ["Signature", "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:"],
      ],
    };
    const secret = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
    const config = of({
      alg: "hmac-sha256",
      components: ["date", "@authority", "content-type"],
      secret: { encoding: "base64" },
    });
    expect(outcomeOf(await judge(config, [keyOf(secret)], request, RFC_NOW_MS))).toBe("verified");
    const elsewhere = { ...request, url: "https://example.org/foo?param=Value&Pet=dog" };
    expect(outcomeOf(await judge(config, [keyOf(secret)], elsewhere, RFC_NOW_MS))).toBe("signature_mismatch");
    const tooLittle = of({ alg: "hmac-sha256", secret: { encoding: "base64" } });
    expect(outcomeOf(await judge(tooLittle, [keyOf(secret)], request, RFC_NOW_MS))).toBe("requirement_failed");
  });

  test("B.2.6: Ed25519", async () => {
    const pem =
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n";
    const request: SignedRequest = {
      ...RFC_REQUEST,
      headers: [
        ...RFC_REQUEST.headers,
        [
          "Signature-Input",
          'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
        ],
        [
          "Signature",
          "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
        ],
      ],
    };
    const config = of({ components: ["@method", "@path"] });
    expect(outcomeOf(await judge(config, [keyOf(pem)], request, RFC_NOW_MS))).toBe("verified");
    expect(outcomeOf(await judge(config, [keyOf(pem)], { ...request, method: "PUT" }, RFC_NOW_MS))).toBe(
      "signature_mismatch",
    );
    const otherBody = { ...request, rawBody: Buffer.from('{"hello": "there"}') };
    expect(outcomeOf(await judge(config, [keyOf(pem)], otherBody, RFC_NOW_MS))).toBe("signature_mismatch");
  });
});

describe("what gtc signs", () => {
  const config = of({});
  const request = signed(config, "shared secret", requestOf('{"a":1}', [["Content-Type", "application/json"]]));
  const verdictOf = async (changed: SignedRequest, nowMs = NOW_MS) =>
    outcomeOf(await judge(config, [keyOf("shared secret")], changed, nowMs));
  const withHeader = (name: string, change: (value: string) => string): SignedRequest => ({
    ...request,
    headers: request.headers.map(([other, value]) => [other, other === name ? change(value) : value] as const),
  });

  test("is verified, and covers body, method and target", async () => {
    expect(await verdictOf(request)).toBe("verified");
    expect(await verdictOf({ ...request, rawBody: Buffer.from('{"a":2}') })).toBe("signature_mismatch");
    expect(await verdictOf({ ...request, method: "PUT" })).toBe("signature_mismatch");
    expect(await verdictOf({ ...request, url: `${request.url}?x=1` })).toBe("signature_mismatch");
  });

  test("is refused too late and too early", async () => {
    expect(await verdictOf(request, NOW_MS + 301_000)).toBe("timestamp_outside_tolerance");
    expect(await verdictOf(request, NOW_MS - 301_000)).toBe("timestamp_outside_tolerance");
  });

  test("a signature over less, over unknown parts, or twice is refused", async () => {
    expect(await verdictOf(withHeader("Signature-Input", (value) => value.replace(' "content-digest"', "")))).toBe(
      "requirement_failed",
    );
    expect(
      await verdictOf(withHeader("Signature-Input", (value) => value.replace('"@method"', '"@method" "@method"'))),
    ).toBe("signature_malformed");
    expect(
      await verdictOf(withHeader("Signature-Input", (value) => value.replace('"@method"', '"@method" "@status"'))),
    ).toBe("field_missing");
    expect(await verdictOf(withHeader("Signature-Input", (value) => `${value},${value.replace("sig1", "sig2")}`))).toBe(
      "too_many_signatures",
    );
    expect(await verdictOf(withHeader("Signature-Input", () => "sig1=("))).toBe("signature_malformed");
    expect(await verdictOf(withHeader("Content-Digest", () => "md5=:AAAA:"))).toBe("signature_version");
    expect(await verdictOf({ ...request, headers: request.headers.filter(([name]) => name !== "Signature") })).toBe(
      "signature_missing",
    );
  });

  test.each([
    ["Ed25519", generateKeyPairSync("ed25519")],
    ["ECDSA P-256", generateKeyPairSync("ec", { namedCurve: "prime256v1" })],
    ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ])("with %s", async (_name, { privateKey, publicKey }) => {
    const made = signed(config, privateKey.export({ type: "pkcs8", format: "pem" }).toString(), requestOf("{}"));
    const keys = [keyOf(publicKey.export({ type: "spki", format: "pem" }).toString())];
    expect(outcomeOf(await judge(config, keys, made))).toBe("verified");
    expect(outcomeOf(await judge(config, keys, { ...made, rawBody: Buffer.from("[]") }))).toBe("signature_mismatch");
  });
});

describe("lines of a header", () => {
  const proxy = [
    ["Signature-Input", `proxy_sig=("@method");created=${NOW_MS / 1000}`],
    ["Signature", "proxy_sig=:AAAA:"],
  ] as const;
  const made = signed(of({ label: "sig1" }), "secret", requestOf("{}"));
  const verdictOn = async (spec: object, headers: SignedRequest["headers"]) =>
    outcomeOf(await judge(of(spec), [keyOf("secret")], { ...made, headers }));

  test("a proxy's own signature on further lines leaves the sender's as it is", async () => {
    expect(await verdictOn({ label: "sig1" }, [...made.headers, ...proxy])).toBe("verified");
    expect(await verdictOn({ label: "sig1" }, [...proxy, ...made.headers])).toBe("verified");
    expect(await verdictOn({}, [...made.headers, ...proxy])).toBe("too_many_signatures");
    expect(await verdictOn({ label: "proxy_sig" }, [...made.headers, ...proxy])).toBe("requirement_failed");
    const other = ["Signature", "sig1=:AAAA:"] as const;
    expect(await verdictOn({ label: "sig1" }, [...made.headers, other])).toBe("signature_mismatch");
  });

  test("none goes unread behind the last that is signed", async () => {
    const lines = Array.from({ length: 16 }, () => ["X-Part", "1"] as const);
    const input = `("@method" "@target-uri" "content-digest" "x-part");created=${NOW_MS / 1000}`;
    const digest = `sha-256=:${createHash("sha256").update("{}").digest("base64")}:`;
    const parts = lines.map(([, value]) => value).join(", ");
    const base = `"@method": POST\n"@target-uri": ${made.url}\n"content-digest": ${digest}\n"x-part": ${parts}\n"@signature-params": ${input}`;
    const headers = [
      ["Content-Digest", digest],
      ["Signature-Input", `sig1=${input}`],
      ["Signature", `sig1=:${createHmac("sha256", "secret").update(base).digest("base64")}:`],
      ...lines,
    ] as const;
    expect(await verdictOn({}, headers)).toBe("verified");
    expect(await verdictOn({}, [...headers, ["X-Part", "2"]])).toBe("field_missing");
  });
});

test("digests on a line each are compared with the body as well", async () => {
  const body = '{"amount":1}';
  const digests = ["sha256", "sha512"].map(
    (hash) => `${hash.replace("sha", "sha-")}=:${createHash(hash).update(body).digest("base64")}:`,
  );
  const input = `("@method" "@target-uri" "content-digest");created=${NOW_MS / 1000}`;
  const { url } = requestOf(body);
  const base = `"@method": POST\n"@target-uri": ${url}\n"content-digest": ${digests.join(", ")}\n"@signature-params": ${input}`;
  const headers = (lines: readonly string[]) => [
    ...lines.map((line) => ["Content-Digest", line] as const),
    ["Signature-Input", `sig1=${input}`] as const,
    ["Signature", `sig1=:${createHmac("sha256", "secret").update(base).digest("base64")}:`] as const,
  ];
  const verdictOn = async (text: string, lines: readonly string[]) =>
    outcomeOf(await judge(of({}), [keyOf("secret")], requestOf(text, headers(lines))));
  expect(await verdictOn(body, [digests.join(", ")])).toBe("verified");
  expect(await verdictOn(body, digests)).toBe("verified");
  expect(await verdictOn('{"amount":9}', digests)).toBe("signature_mismatch");
});

test("a parameter of the query is encoded again as the URL standard writes forms", async () => {
  const url = `${requestOf("").url}?q=%28a%29+*~&it%27s=1`;
  const input = `("@method" "@target-uri" "@query-param";name="q" "@query-param";name="it%27s");created=${NOW_MS / 1000}`;
  const lines = [`"@method": POST`, `"@target-uri": ${url}`, `"@query-param";name="q": %28a%29%20*%7E`];
  const base = [...lines, `"@query-param";name="it%27s": 1`, `"@signature-params": ${input}`].join("\n");
  const headers = [
    ["Signature-Input", `sig1=${input}`],
    ["Signature", `sig1=:${createHmac("sha256", "secret").update(base).digest("base64")}:`],
  ] as const;
  expect(outcomeOf(await judge(of({}), [keyOf("secret")], requestOf("", headers, { url })))).toBe("verified");
});

test.each([
  ["P-384", {}, generateKeyPairSync("ec", { namedCurve: "secp384r1" })],
  ["RSA-PSS", { alg: "rsa-pss-sha512" }, generateKeyPairSync("rsa", { modulusLength: 2048 })],
])("what is signed here with %s is verified here", async (_name, spec, { privateKey, publicKey }) => {
  const made = signed(of(spec), privateKey.export({ type: "pkcs8", format: "pem" }).toString(), requestOf("{}"));
  const keys = [keyOf(publicKey.export({ type: "spki", format: "pem" }).toString())];
  expect(outcomeOf(await judge(of(spec), keys, made))).toBe("verified");
});
