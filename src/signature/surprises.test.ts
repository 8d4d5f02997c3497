/** What surprises people about real providers, each as a test. */
import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { configOf, judge, keyOf, NOW_MS, outcomeOf, requestOf, signed } from "../../test/support/signed-request.ts";
import { createVerifier, parseSchemeConfig } from "./index.ts";

const BODY = '{ "id": 1 }';
const hmac = (key: string | Buffer, text: string, encoding: "hex" | "base64" = "hex") =>
  createHmac("sha256", key).update(text).digest(encoding);
const verdict = async (
  provider: string,
  secret: string,
  headers: [string, string][],
  body: string | Uint8Array = BODY,
) => outcomeOf(await judge(configOf(provider), [keyOf(secret)], requestOf(body, headers)));

test("GitLab: a wrong signature does not fall back to the token that comes along", async () => {
  const key = "whsec_MDEyMzQ1Njc4OWFiY2RlZg==";
  const request = signed(configOf("gitlab"), key, requestOf(BODY, [["X-Gitlab-Token", key]]));
  expect(outcomeOf(await judge(configOf("gitlab"), [keyOf(key)], request))).toBe("verified");
  const forged = { ...request, rawBody: Buffer.from("{}") };
  expect(outcomeOf(await judge(configOf("gitlab"), [keyOf(key)], forged))).toBe("signature_mismatch");
});

test("GitLab: while a signing token replaces a token, both are good, each as what it is", async () => {
  const keys = [keyOf("whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "new"), keyOf("the old token", "old")];
  const verdictOn = (headers: [string, string][]) => judge(configOf("gitlab"), keys, requestOf(BODY, headers));
  expect(await verdictOn([["X-Gitlab-Token", "the old token"]])).toMatchObject({ status: "verified", keyName: "old" });
  expect(outcomeOf(await verdictOn([["X-Gitlab-Token", "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="]]))).toBe("token_mismatch");
  const request = signed(
    configOf("gitlab"),
    keys[0]?.secret ?? "",
    requestOf(BODY, [["X-Gitlab-Token", "the old token"]]),
  );
  expect(await judge(configOf("gitlab"), keys, request)).toMatchObject({ status: "verified", keyName: "new" });
  const forged = { ...request, rawBody: Buffer.from("{}") };
  expect(outcomeOf(await judge(configOf("gitlab"), keys, forged))).toBe("signature_mismatch");
});

test("Webhook-Signature means four things", async () => {
  expect(await verdict("gocardless", "s", [["Webhook-Signature", hmac("s", BODY)]])).toBe("verified");
  expect(await verdict("mautic", "s", [["Webhook-Signature", hmac("s", BODY, "base64")]])).toBe("verified");
  const seconds = NOW_MS / 1000;
  expect(
    await verdict("cloudflare-stream", "s", [
      ["Webhook-Signature", `time=${seconds},sig1=${hmac("s", `${seconds}.${BODY}`)}`],
    ]),
  ).toBe("verified");
  expect(await verdict("standard-webhooks", "whsec_czEyMw==", [["Webhook-Signature", hmac("s", BODY)]])).toBe(
    "signature_version",
  );
});

test("of what stands in a signature's place without its mark, the operator is shown its label, and no secret", async () => {
  const detailFor = async (value: string): Promise<string> => {
    const judged = await judge(configOf("github"), [keyOf("s")], requestOf(BODY, [["X-Hub-Signature-256", value]]));
    return judged.status === "refused" ? judged.detail : judged.status;
  };
  expect(await detailFor("sha1=abcdef")).toMatch(/, only "sha1="$/);
  expect(await detailFor("hunter2")).toMatch(/, only 7 characters$/);
  expect(await detailFor("c2VjcmV0c2VjcmU=")).toMatch(/, only 16 characters$/);
  expect(await detailFor("c2VjcmU=")).toMatch(/, only 8 characters$/);
});

test("X-Hub-Signature is SHA-256 at Bitbucket and Jira, SHA-1 at Intercom", async () => {
  const sha256: [string, string][] = [["X-Hub-Signature", `sha256=${hmac("s", BODY)}`]];
  const sha1: [string, string][] = [["X-Hub-Signature", `sha1=${createHmac("sha1", "s").update(BODY).digest("hex")}`]];
  expect(
    await Promise.all([
      verdict("bitbucket", "s", sha256),
      verdict("jira", "s", sha256),
      verdict("intercom", "s", sha1),
    ]),
  ).toEqual(["verified", "verified", "verified"]);
  expect(await verdict("bitbucket", "s", sha1)).toBe("signature_version");
});

test("whsec_ is not one rule", async () => {
  const secret = `whsec_${Buffer.from("key").toString("base64")}`;
  const seconds = String(NOW_MS / 1000);
  const standard = (key: string | Buffer): [string, string][] => [
    ["webhook-id", "m"],
    ["webhook-timestamp", seconds],
    ["webhook-signature", `v1,${hmac(key, `m.${seconds}.${BODY}`, "base64")}`],
  ];
  expect(
    await verdict("stripe", secret, [["Stripe-Signature", `t=${seconds},v1=${hmac(secret, `${seconds}.${BODY}`)}`]]),
  ).toBe("verified");
  expect(await verdict("standard-webhooks", secret, standard(Buffer.from("key")))).toBe("verified");
  expect(await verdict("standard-webhooks", secret, standard(secret))).toBe("signature_mismatch");
  expect(await verdict("polar", secret, standard(secret))).toBe("verified");
  expect(await verdict("bigcommerce", secret, standard(Buffer.from("key")))).toBe("signature_mismatch");
});

test("Supabase writes v1, in front of whsec_", async () => {
  const secret = `v1,whsec_${Buffer.from("key").toString("base64")}`;
  const request = signed(configOf("supabase-auth-hooks"), secret, requestOf(BODY));
  expect(outcomeOf(await judge(configOf("supabase"), [keyOf(secret)], request))).toBe("verified");
  expect(outcomeOf(await judge(configOf("supabase"), [keyOf(secret.replace("v1,", ""))], request))).toBe("verified");
});

test("odd white space verifies where the vendor's own code writes the JSON again", async () => {
  for (const provider of ["workos", "zoom"]) {
    const request = signed(configOf(provider), "s", requestOf('{ "a" :\t1 }\n'));
    expect(outcomeOf(await judge(configOf(provider), [keyOf("s")], request))).toBe("verified");
  }
});

test.each(["mailgun", "gitlab-token", "figma", "mercadopago", "ms-graph", "monday", "google-pubsub"])(
  "%s does not cover the body, and says so",
  (provider) => {
    const verifier = createVerifier(
      configOf(provider, { audience: "a" }),
      provider === "google-pubsub" ? [] : [keyOf("s")],
    );
    expect(verifier.covers("json:id")).toBe(false);
  },
);

test("HubSpot v1 and Recharge use a plain hash with the secret; Vercel is HMAC-SHA1", async () => {
  const plain = createHash("sha256").update(`s${BODY}`).digest("hex");
  expect(
    await verdict("hubspot-v1", "s", [
      ["X-HubSpot-Signature", plain],
      ["X-HubSpot-Signature-Version", "v1"],
    ]),
  ).toBe("verified");
  expect(
    await verdict("hubspot-v1", "s", [
      ["X-HubSpot-Signature", plain],
      ["X-HubSpot-Signature-Version", "v2"],
    ]),
  ).toBe("requirement_failed");
  expect(await verdict("recharge", "s", [["X-Recharge-Hmac-Sha256", plain]])).toBe("verified");
  expect(
    await verdict("vercel", "s", [["x-vercel-signature", createHmac("sha1", "s").update(BODY).digest("hex")]]),
  ).toBe("verified");
});

test("tolerances differ, in both directions", async () => {
  const table = {
    paddle: 5,
    linear: 60,
    workos: 180,
    calendly: 180,
    box: 600,
    elevenlabs: 1800,
    cloudinary: 7200,
    contentful: 30,
  };
  for (const [provider, seconds] of Object.entries(table)) {
    const request = signed(configOf(provider), "s", requestOf(`{"webhookTimestamp":${NOW_MS}}`));
    const at = async (offset: number) =>
      outcomeOf(await judge(configOf(provider), [keyOf("s")], request, NOW_MS + offset * 1000));
    const outcomes = [await at(seconds), await at(-seconds), await at(seconds + 2), await at(-seconds - 2)];
    expect([provider, ...outcomes]).toEqual([
      provider,
      "verified",
      "verified",
      "timestamp_outside_tolerance",
      "timestamp_outside_tolerance",
    ]);
  }
});

test("Mollie's two header lines during rotation: either may match, junk beside them does not help", async () => {
  const good: [string, string] = ["X-Mollie-Signature", `sha256=${hmac("s", BODY)}`];
  const other: [string, string] = ["X-Mollie-Signature", `sha256=${hmac("old", BODY)}`];
  expect(await verdict("mollie", "s", [other, good])).toBe("verified");
  expect(await verdict("mollie", "s", [good, other])).toBe("verified");
  expect(await verdict("mollie", "s", [other, other])).toBe("signature_mismatch");
  expect(
    await verdict(
      "mollie",
      "s",
      Array.from({ length: 17 }, () => good),
    ),
  ).toBe("too_many_signatures");
});

test("elsewhere a repeated header is refused, and so is junk behind a signature", async () => {
  const good: [string, string] = ["X-Hub-Signature-256", `sha256=${hmac("s", BODY)}`];
  expect(await verdict("github", "s", [["X-Hub-Signature-256", "sha256=00"], good])).toBe("header_duplicated");
  expect(await verdict("github", "s", [[good[0], `${good[1]}==`]])).toBe("signature_malformed");
  expect(await verdict("shopify", "s", [["X-Shopify-Hmac-Sha256", `${hmac("s", BODY, "base64")}\n`]])).toBe(
    "signature_malformed",
  );
  expect(await verdict("github", "s", [[good[0], good[1].toUpperCase().replace("SHA256", "sha256")]])).toBe("verified");
});

test("Shopify's second family of headers; a wrong first one is not rescued by the second", async () => {
  const mac = hmac("s", BODY, "base64");
  const second: [string, string][] = [
    ["shopify-hmac-sha256", mac],
    ["shopify-topic", "orders/create"],
  ];
  expect(await judge(configOf("shopify"), [keyOf("s")], requestOf(BODY, second))).toMatchObject({
    status: "verified",
    providerType: "orders/create",
  });
  expect(await verdict("shopify", "s", [["X-Shopify-Hmac-Sha256", hmac("t", BODY, "base64")], ...second])).toBe(
    "signature_mismatch",
  );
});

test("DocuSign numbers its headers, Box and Hookdeck have two: any key may match any of them", async () => {
  const mac = hmac("new", BODY, "base64");
  expect(
    await verdict("docusign", "new", [
      ["X-DocuSign-Signature-1", hmac("old", BODY, "base64")],
      ["X-DocuSign-Signature-2", mac],
    ]),
  ).toBe("verified");
  expect(
    await verdict("hookdeck", "new", [
      ["x-hookdeck-signature", hmac("old", BODY, "base64")],
      ["x-hookdeck-signature-2", mac],
    ]),
  ).toBe("verified");
  expect(await verdict("docusign", "new", [["X-DocuSign-Signature-1", hmac("old", BODY, "base64")]])).toBe(
    "signature_mismatch",
  );
});

test("the URL is the configured one, whatever Host says", async () => {
  const parsed = parseSchemeConfig({ provider: "square", secret: "s", url: "https://shop.example.com/hook" });
  if ("faults" in parsed) throw new Error("it is in form");
  const request = signed(configOf("square"), "s", {
    ...requestOf(BODY, [["Host", "evil.example"]]),
    url: "https://shop.example.com/hook",
  });
  expect((await judge(parsed.config, parsed.keys, { ...request, url: "http://10.0.0.1:8080/hook" })).status).toBe(
    "verified",
  );
});

test("Mercado Pago leaves a part out when its value is absent", async () => {
  const seconds = String(NOW_MS / 1000);
  const header: [string, string][] = [["x-signature", `ts=${seconds},v1=${hmac("s", `id:abc1;ts:${seconds};`)}`]];
  const request = { ...requestOf(BODY, header), url: "https://hooks.example.com/mp?data.id=ABC1" };
  expect((await judge(configOf("mercadopago"), [keyOf("s")], request)).status).toBe("verified");
});

test.each([
  ["seconds", 0, "verified"],
  ["milliseconds", 0, "verified"],
  ["seconds", 301_000, "timestamp_outside_tolerance"],
  ["milliseconds", 301_000, "timestamp_outside_tolerance"],
])("Mercado Pago writes its time in %s, %i ms ago: %s", async (unit, ageMs, outcome) => {
  const time = String((NOW_MS - ageMs) / (unit === "seconds" ? 1000 : 1));
  const signature = hmac("s", `id:ord01;request-id:r-1;ts:${time};`);
  const headers: [string, string][] = [
    ["X-Signature", `ts=${time},v1=${signature}`],
    ["X-Request-Id", "r-1"],
  ];
  const request = { ...requestOf(BODY, headers), url: "https://hooks.example.com/mp?data.id=ORD01&type=order" };
  expect(outcomeOf(await judge(configOf("mercadopago"), [keyOf("s")], request))).toBe(outcome);
});

test("GetStream signs what is inside the gzip, Nylas the gzip itself", async () => {
  const { gzipSync } = await import("node:zlib");
  const rawBody = gzipSync(BODY);
  const compressed = (headers: [string, string][]) => ({
    ...requestOf(rawBody, [["Content-Encoding", "gzip"], ...headers]),
    decodedBody: () => Buffer.from(BODY),
  });
  expect(
    (await judge(configOf("getstream"), [keyOf("s")], compressed([["X-Signature", hmac("s", BODY)]]))).status,
  ).toBe("verified");
  const overBytes = createHmac("sha256", "s").update(rawBody).digest("hex");
  expect(await judge(configOf("nylas"), [keyOf("s")], compressed([["X-Nylas-Signature", overBytes]]))).toMatchObject({
    status: "verified",
  });
});

test("what is inside a body that was packed twice is verified, also when two header lines say so", async () => {
  const { deflateSync, gzipSync } = await import("node:zlib");
  const request = requestOf(gzipSync(deflateSync(BODY)), [
    ["Content-Encoding", "deflate"],
    ["Content-Encoding", "gzip"],
    ["X-Signature", hmac("s", BODY)],
  ]);
  const judged = await judge(configOf("getstream"), [keyOf("s")], { ...request, decodedBody: () => Buffer.from(BODY) });
  expect(judged.status).toBe("verified");
});

test("a body that is not UTF-8 verifies as bytes", async () => {
  const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
  const mac = createHmac("sha256", "s").update(body).digest("hex");
  expect(await verdict("github", "s", [["X-Hub-Signature-256", `sha256=${mac}`]], body)).toBe("verified");
});

test("many ids in one delivery are one id, short and still told apart", async () => {
  const idOf = async (last: string) => {
    const events = [
      ...Array.from({ length: 60 }, (_, index) => ({ webhookEventId: `01FZ74A0TDDPYRVKNK77XKC3Z${index}` })),
      { webhookEventId: last },
    ];
    const verdict = await judge(
      configOf("line"),
      [keyOf("s")],
      signed(configOf("line"), "s", requestOf(JSON.stringify({ events }))),
    );
    return verdict.status === "verified" ? verdict.deliveryId?.value : undefined;
  };
  const [one, other] = [await idOf("a"), await idOf("b")];
  expect(one).toHaveLength(512);
  expect(one).not.toBe(other);
});

test.each(["hubspot-v1", "hubspot-v2", "recharge"])(
  "%s: a body that was seen cannot be gone on with",
  async (provider) => {
    const secret = "0123456789abcdef";
    const seen = Buffer.from('[{"eventId":1}]');
    const method = provider === "hubspot-v2" ? `POST${requestOf("").url}` : "";
    const hashed = secret.length + method.length + seen.length;
    const padding = Buffer.alloc(64 - (hashed % 64) + (hashed % 64 > 55 ? 64 : 0));
    padding[0] = 0x80;
    padding.writeBigUInt64BE(BigInt(hashed * 8), padding.length - 8);
    // The hash of it follows from the hash of what was seen alone.
    const extended = Buffer.concat([seen, padding, Buffer.from('[{"eventId":2}]')]);
    const config = configOf(provider);
    const outcome = async (body: Buffer) =>
      outcomeOf(await judge(config, [keyOf(secret)], signed(config, secret, requestOf(body))));
    expect(await outcome(seen)).toBe("verified");
    expect(await outcome(extended)).toBe("signature_malformed");
  },
);

test("what a written-out scheme requires is written when it is signed, however the setting is spelled", async () => {
  const spec = {
    kind: "mac",
    alg: "hmac-sha256",
    signature: { header: "X-Signature", encoding: "hex" },
    content: "{body}",
    require: [{ from: "header:X-App", equalsConfig: "app_id" }],
  } as const;
  const config = { scheme: { spec }, settings: { app_id: "a-1" } };
  const request = signed(config, "secret", requestOf("{}"));
  expect(outcomeOf(await judge(config, [keyOf("secret")], request))).toBe("verified");
});
