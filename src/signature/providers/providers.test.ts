import fc from "fast-check";
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { configOf, judge, keyOf, NOW_MS, outcomeOf, requestOf, signed } from "../../../test/support/signed-request.ts";
import { createVerifier, type SignedRequest, type Verdict } from "../index.ts";
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

interface Fixture {
  readonly id: string;
  readonly provider: Provider;
  readonly unsigned: SignedRequest;
  readonly request: SignedRequest;
  readonly wrongSecret: string;
  readonly tolerance: number;
  readonly judge: (request: SignedRequest, changes?: { secret?: string; nowMs?: number }) => Promise<Verdict>;
  readonly coversBody: boolean;
  readonly added: readonly (readonly [string, string])[];
}

const FORM_BODY = "mandrill_events=%5B1%5D&To=%2B1555&Body=h%C3%A9";

function fixtureOf(provider: Provider): Fixture {
  const { id } = provider;
  const { signing, verifying, wrong } = secretsFor(provider);
  const config = configOf(id, SETTINGS);
  const isForm = id === "mandrill" || id === "twilio";
  const unsigned = requestOf(isForm ? FORM_BODY : JSON_BODY, [
    ["Content-Type", isForm ? "application/x-www-form-urlencoded" : "application/json"],
    ["x-request-id", "req-1"],
  ]);
  const request = signed(config, signing, unsigned);
  return {
    id,
    provider,
    unsigned,
    request,
    wrongSecret: wrong,
    tolerance: toleranceOf(provider) ?? 0,
    judge: (changed, { secret = verifying, nowMs = NOW_MS } = {}) => judge(config, [keyOf(secret)], changed, nowMs),
    coversBody: createVerifier(config, [keyOf(verifying)]).covers("json:type"),
    added: request.headers.filter(
      ([name, value]) => !unsigned.headers.some((line) => line[0] === name && line[1] === value),
    ),
  };
}

const fixtures = PROVIDERS.filter((provider) => !CANNOT_BE_SIGNED.includes(provider.id)).map(fixtureOf);
const named = (list: readonly Fixture[]) => list.map((fixture) => [fixture.id, fixture] as const);

test.each(named(fixtures))("%s: what it signs is verified, and names the secret", async (id, fixture) => {
  expect(await fixture.judge(fixture.request)).toMatchObject({ status: "verified", provider: id, keyName: "default" });
});

test.each(named(fixtures))("%s: another secret is refused", async (_id, { judge, request, wrongSecret }) => {
  expect((await judge(request, { secret: wrongSecret })).status).toBe("refused");
});

test.each(named(fixtures))("%s: without what signing added it is refused", async (_id, { judge, unsigned }) => {
  expect((await judge(unsigned)).status).toBe("refused");
});

/** A form's escapes have several spellings of one value, which is what is signed. */
function isSameForm(id: string, body: Uint8Array): boolean {
  if (id !== "mandrill" && id !== "twilio") return false;
  return new URLSearchParams(Buffer.from(body).toString()).toString() === new URLSearchParams(FORM_BODY).toString();
}

test.each(named(fixtures.filter((fixture) => fixture.coversBody)))(
  "%s: a changed, cut or lengthened body is refused",
  async (id, { judge, request }) => {
    const { rawBody } = request;
    await fc.assert(
      fc.asyncProperty(fc.nat(rawBody.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const flipped = Buffer.from(rawBody);
        flipped[at] = (flipped[at] ?? 0) ^ change;
        const bodies = [flipped, flipped.subarray(0, at), Buffer.concat([rawBody, Buffer.from([change])])];
        const verdicts = await Promise.all(bodies.map((body) => judge({ ...request, rawBody: body })));
        return verdicts.every(
          (verdict, index) => verdict.status === "refused" || isSameForm(id, bodies[index] ?? flipped),
        );
      }),
      { numRuns: 15 },
    );
    expect((await judge(request)).status).toBe("verified");
  },
);

const withHeaders = fixtures.filter(({ added, provider }) => added.length > 0 && provider.scheme.kind !== "basic");

test.each(named(withHeaders))("%s: each header that signing adds counts", async (_id, { judge, request, added }) => {
  for (const line of added) {
    const without = request.headers.filter((other) => other !== line);
    const changed = [line[0], `${line[1].slice(0, -2)}${line[1].endsWith("00") ? "11" : "00"}`] as const;
    expect((await judge({ ...request, headers: without })).status).toBe("refused");
    expect((await judge({ ...request, headers: [...without, changed] })).status).toBe("refused");
  }
});

test.each(named(withHeaders.filter(({ id }) => id !== "mollie")))(
  "%s: a header that decides may be there only once",
  async (_id, { judge, request, added }) => {
    for (const line of added) {
      expect(outcomeOf(await judge({ ...request, headers: [...request.headers, line] }))).toBe("header_duplicated");
    }
  },
);

test.each(named(fixtures.filter((fixture) => fixture.tolerance > 0)))(
  "%s: it is refused when it is too old, or of the future",
  async (_id, { judge, request, tolerance }) => {
    const at = async (seconds: number) => outcomeOf(await judge(request, { nowMs: NOW_MS + seconds * 1000 }));
    expect(await at(tolerance)).toBe("verified");
    expect(await at(-tolerance)).toBe("verified");
    expect(await at(tolerance + 2)).toBe("timestamp_outside_tolerance");
    expect(await at(-tolerance - 2)).toBe("timestamp_outside_tolerance");
  },
);

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
