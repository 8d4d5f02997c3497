import fc from "fast-check";
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { configOf, judge, keyOf, NOW_MS, outcomeOf, requestOf, signed } from "../../../test/support/signed-request.ts";
import { createVerifier } from "../index.ts";
import type { Provider } from "../provider.ts";
import { findProvider, PROVIDERS } from "./index.ts";

const ed25519 = generateKeyPairSync("ed25519");
const p256 = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = { type: "pkcs8", format: "pem" } as const;

/** A secret in the provider's form: what signs, and what verifies. */
function secretsFor(provider: Provider): { signing: string; verifying: string; wrong: string } {
  const { scheme } = provider;
  if (scheme.kind === "signature" || (scheme.kind === "jwt" && !scheme.algs.some((alg) => alg.startsWith("HS")))) {
    const isRsa = scheme.kind === "signature" ? scheme.alg.startsWith("rsa") : scheme.algs.includes("RS256");
    const pair = isRsa ? rsa : scheme.kind === "signature" && scheme.alg === "ed25519" ? ed25519 : p256;
    const other = isRsa
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : scheme.kind === "signature" && scheme.alg === "ed25519"
        ? generateKeyPairSync("ed25519")
        : generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const spki = { type: "spki", format: "pem" } as const;
    return {
      signing: pair.privateKey.export(pem).toString(),
      verifying: pair.publicKey.export(spki).toString(),
      wrong: other.publicKey.export(spki).toString(),
    };
  }
  const form = scheme.kind === "mac" ? (scheme.secret?.encoding ?? "utf8") : "utf8";
  const write = (text: string): string =>
    form === "utf8" ? text : Buffer.from(text).toString(form === "hex" ? "hex" : "base64");
  const secret =
    provider.id === "chargebee" || provider.id === "postmark" ? "user:pass:word" : "0123456789abcdef0123456789abcdef";
  return {
    signing: write(secret),
    verifying: write(secret),
    wrong: write(secret.replace("0", "1").replace("user", "usar")),
  };
}

const CANNOT_BE_SIGNED = [
  "adyen",
  "atlassian-connect",
  "aws-sns",
  "braintree",
  "kinde",
  "ms-graph",
  "paypal",
  "salesforce",
  "truelayer",
];
const SETTINGS = { key: "app-key", api_key: "api-key", audience: "aud", email: "bot@example.com" };
const JSON_BODY = `{"webhookTimestamp": ${NOW_MS}, "type": "order.created", "event": {"event_time": "1767225600", "event_type": "x"}, "signature": {"token": "t"}, "data": {"name": "Zoë 😀", "amount": 12.50}}\n`;

const signable = PROVIDERS.filter((provider) => !CANNOT_BE_SIGNED.includes(provider.id));

describe.each(signable.map((provider) => [provider.id, provider] as const))("%s", (id, provider) => {
  const { signing, verifying, wrong } = secretsFor(provider);
  const config = configOf(id, SETTINGS);
  const isForm = id === "mandrill" || id === "twilio";
  const body = isForm ? "mandrill_events=%5B1%5D&To=%2B1555&Body=h%C3%A9" : JSON_BODY;
  const type = isForm ? "application/x-www-form-urlencoded" : "application/json";
  const unsigned = requestOf(body, [
    ["Content-Type", type],
    ["x-request-id", "req-1"],
  ]);
  const request = signed(config, signing, unsigned);
  const verdictOf = (changed: typeof request, secret = verifying, nowMs = NOW_MS) =>
    judge(config, [keyOf(secret)], changed, nowMs);

  test("what it signs is verified", async () => {
    expect(await verdictOf(request)).toMatchObject({ status: "verified", provider: id, keyName: "default" });
  });

  test("another secret is refused", async () => {
    expect((await verdictOf(request, wrong)).status).toBe("refused");
  });

  test("without what was added to it, it is refused", async () => {
    expect((await verdictOf(unsigned)).status).toBe("refused");
  });

  const coversBody = createVerifier(config, [keyOf(verifying)]).covers("json:type");
  if (coversBody)
    test("a changed, cut or lengthened body is refused", async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(request.rawBody.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
          const flipped = Buffer.from(request.rawBody);
          flipped[at] = (flipped[at] ?? 0) ^ change;
          for (const rawBody of [
            flipped,
            flipped.subarray(0, at),
            Buffer.concat([request.rawBody, Buffer.from([change])]),
          ]) {
            // A form's escapes have several spellings of one value, which is what is signed.
            if (isForm && new URLSearchParams(rawBody.toString()).toString() === new URLSearchParams(body).toString())
              continue;
            expect((await verdictOf({ ...request, rawBody })).status).toBe("refused");
          }
        }),
        { numRuns: 15 },
      );
    });

  const added = request.headers.filter(
    ([name, value]) => !unsigned.headers.some((line) => line[0] === name && line[1] === value),
  );
  if (added.length > 0 && provider.scheme.kind !== "basic")
    test("each header that it adds counts, and counts once", async () => {
      for (const line of added) {
        const without = request.headers.filter((other) => other !== line);
        const changed: [string, string] = [line[0], `${line[1].slice(0, -2)}${line[1].endsWith("00") ? "11" : "00"}`];
        expect((await verdictOf({ ...request, headers: without })).status).toBe("refused");
        expect((await verdictOf({ ...request, headers: [...without, changed] })).status).toBe("refused");
        const twice = await verdictOf({ ...request, headers: [...request.headers, line] });
        if (id !== "mollie") expect(outcomeOf(twice)).toBe("header_duplicated");
      }
    });

  const tolerance = toleranceOf(provider);
  if (tolerance !== undefined)
    test("it is refused when it is too old, or of the future", async () => {
      const at = (seconds: number) => verdictOf(request, verifying, NOW_MS + seconds * 1000).then(outcomeOf);
      expect(await at(tolerance ?? 0)).toBe("verified");
      expect(await at(-(tolerance ?? 0))).toBe("verified");
      expect(await at((tolerance ?? 0) + 2)).toBe("timestamp_outside_tolerance");
      expect(await at(-(tolerance ?? 0) - 2)).toBe("timestamp_outside_tolerance");
    });
});

function toleranceOf({ scheme }: Provider): number | undefined {
  return scheme.kind === "mac" || scheme.kind === "signature" ? scheme.timestamp?.tolerance : undefined;
}

test("every provider of the table has its own id and an https page", () => {
  expect(new Set(PROVIDERS.map((provider) => provider.id)).size).toBe(PROVIDERS.length);
  for (const provider of PROVIDERS) expect(provider.docs).toMatch(/^https:\/\//);
});

test("136 providers are known", () => expect(PROVIDERS).toHaveLength(136));

test.each([
  ["gitlab", "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "gitlab-signing-token"],
  ["gitlab", "plain", "gitlab-token"],
  ["hubspot", undefined, "hubspot-v3"],
  ["whatsapp", undefined, "meta"],
])("%s with secret %s is %s", (name, secret, id) => expect(findProvider(name, secret)?.id).toBe(id));

test("a prototype's property is no provider", () => {
  expect(findProvider("constructor", undefined)).toBeUndefined();
  expect(findProvider("__proto__", undefined)).toBeUndefined();
});
