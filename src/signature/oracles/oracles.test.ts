/**
 * The vendors' own code as the judge: what it signs, we accept; what we sign, it accepts; what is changed by one byte,
 * cut, made with another secret or too old, both refuse.
 */
import { sign as octokitSign, verify as octokitVerify } from "@octokit/webhooks-methods";
import { assertValidSignature, encodeSignatureHeader } from "@sanity/webhook";
import { EventWebhook } from "@sendgrid/eventwebhook";
import { createQueryStringHash, encodeSymmetric, fromMethodAndUrl } from "atlassian-jwt";
import { verifyKey } from "discord-interactions";
import fc from "fast-check";
import { generateKeyPairSync } from "node:crypto";
import { createRequire } from "node:module";
import { Webhook } from "standardwebhooks";
import { Stripe } from "stripe";
import { sign as truelayerSign } from "truelayer-signing";
import twilio from "twilio";
import { describe, expect, test } from "vitest";
import { configOf, HOOK_URL, judge, keyOf, requestOf, signed } from "../../../test/support/signed-request.ts";
import type { SignedRequest } from "../index.ts";

const require = createRequire(import.meta.url);
const hygraph = require("@hygraph/utils") as {
  verifyWebhookSignature: (input: { rawPayload: string; signature: string; secret: string }) => boolean;
  generateWebhookSignature: (input: { rawPayload: string; secret: string }) => string;
};
const { BraintreeGateway, Environment } = require("braintree") as {
  BraintreeGateway: new (config: Record<string, unknown>) => {
    webhookTesting: { sampleNotification: (kind: string, id: string) => { bt_signature: string; bt_payload: string } };
    webhookNotification: {
      parse: (signature: string, payload: string) => Promise<{ kind: string }>;
      verify: (challenge: string) => string;
    };
  };
  Environment: { Sandbox: unknown };
};

const NOW_MS = Date.now();
const BODY = '{ "id":"evt_1",\t"type" : "order.créé", "customer":{"name":"Zoë 🚀"}, "amount": 12.50 }\n';
const SECRET = "a-secret-of-the-vendor";
const header = (request: SignedRequest, name: string) =>
  request.headers.find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1] ?? "";
const text = (request: SignedRequest) => Buffer.from(request.rawBody).toString("utf8");
const accepts = async (call: () => unknown): Promise<boolean> => {
  try {
    return (await call()) !== false;
  } catch {
    return false;
  }
};

interface Oracle {
  readonly provider: string;
  readonly secret: string;
  readonly wrongSecret: string;
  readonly vendorSigns: (body: string) => Promise<SignedRequest> | SignedRequest;
  readonly vendorVerifies: (request: SignedRequest, secret: string) => unknown;
}

const stripe = new Stripe("sk_test_x");
const ORACLES: readonly Oracle[] = [
  {
    provider: "github",
    secret: SECRET,
    wrongSecret: "another",
    vendorSigns: async (body) => requestOf(body, [["X-Hub-Signature-256", await octokitSign(SECRET, body)]]),
    vendorVerifies: (request, secret) => octokitVerify(secret, text(request), header(request, "x-hub-signature-256")),
  },
  {
    provider: "stripe",
    secret: "whsec_abc",
    wrongSecret: "whsec_abd",
    vendorSigns: (body) => {
      const options = { payload: body, secret: "whsec_abc", timestamp: Math.floor(NOW_MS / 1000) };
      return requestOf(body, [["Stripe-Signature", stripe.webhooks.generateTestHeaderString(options)]]);
    },
    vendorVerifies: (request, secret) =>
      stripe.webhooks.constructEvent(text(request), header(request, "stripe-signature"), secret),
  },
  {
    provider: "standard-webhooks",
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    wrongSecret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    vendorSigns: (body) => {
      const at = new Date(Math.floor(NOW_MS / 1000) * 1000);
      return requestOf(body, [
        ["webhook-id", "msg_1"],
        ["webhook-timestamp", String(at.getTime() / 1000)],
        ["webhook-signature", new Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").sign("msg_1", at, body)],
      ]);
    },
    vendorVerifies: (request, secret) =>
      new Webhook(secret).verify(
        text(request),
        Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value])),
      ),
  },
  {
    provider: "sanity",
    secret: SECRET,
    wrongSecret: "another",
    vendorSigns: async (body) =>
      requestOf(body, [["sanity-webhook-signature", await encodeSignatureHeader(body, NOW_MS, SECRET)]]),
    vendorVerifies: async (request, secret) => {
      await assertValidSignature(text(request), header(request, "sanity-webhook-signature"), secret);
      return true;
    },
  },
];

describe.each(ORACLES.map((oracle) => [oracle.provider, oracle] as const))(
  "%s and its own code",
  (provider, oracle) => {
    const config = configOf(provider);
    const keys = [keyOf(oracle.secret)];
    const ours = () => signed(config, oracle.secret, requestOf(BODY), NOW_MS);
    const both = async (request: SignedRequest, secret = oracle.secret) => ({
      gtc: (await judge(config, [keyOf(secret)], request, NOW_MS)).status === "verified",
      vendor: await accepts(() => oracle.vendorVerifies(request, secret)),
    });

    test("what the vendor signs, we accept", async () => {
      expect(await judge(config, keys, await oracle.vendorSigns(BODY), NOW_MS)).toMatchObject({ status: "verified" });
    });

    test("what we sign, the vendor accepts", async () => {
      expect(await both(ours())).toEqual({ gtc: true, vendor: true });
    });

    test("another secret: both refuse", async () => {
      expect(await both(ours(), oracle.wrongSecret)).toEqual({ gtc: false, vendor: false });
    });

    test("any body that is changed by a byte or cut: both refuse", async () => {
      const request = ours();
      await fc.assert(
        fc.asyncProperty(fc.nat(BODY.length - 1), fc.boolean(), async (at, cut) => {
          // Printable ASCII takes the place of the byte, so that decoding to text is no difference.
          const changed = cut
            ? BODY.slice(0, at)
            : BODY.slice(0, at) + (BODY[at] === "#" ? "+" : "#") + BODY.slice(at + 1);
          expect(await both({ ...request, rawBody: Buffer.from(changed) })).toEqual({ gtc: false, vendor: false });
        }),
        { numRuns: 20 },
      );
    });
  },
);

test.each(["stripe", "standard-webhooks"])("%s: a stale time is refused by both", async (provider) => {
  const oracle = ORACLES.find((candidate) => candidate.provider === provider);
  if (oracle === undefined) throw new Error("there is such an oracle");
  const request = signed(configOf(provider), oracle.secret, requestOf(BODY), NOW_MS - 400_000);
  expect((await judge(configOf(provider), [keyOf(oracle.secret)], request, NOW_MS)).status).toBe("refused");
  expect(await accepts(() => oracle.vendorVerifies(request, oracle.secret))).toBe(false);
});

test("Twilio: forms, JSON and the port, as its own code sees them", async () => {
  const config = configOf("twilio");
  const form = requestOf("To=%2B1555&Body=h%C3%A9llo&To=%2B1556&To=%2B1555", [
    ["Content-Type", "application/x-www-form-urlencoded"],
  ]);
  const ours = signed(config, SECRET, form);
  const params = { To: ["+1555", "+1556", "+1555"], Body: "héllo" };
  expect(twilio.validateRequest(SECRET, header(ours, "x-twilio-signature"), ours.url, params)).toBe(true);
  expect(twilio.validateRequest("other", header(ours, "x-twilio-signature"), ours.url, params)).toBe(false);

  const json = signed(config, SECRET, requestOf(BODY, [["Content-Type", "application/json"]]));
  expect(twilio.validateRequestWithBody(SECRET, header(json, "x-twilio-signature"), json.url, BODY)).toBe(true);
  expect((await judge(config, [keyOf(SECRET)], json)).status).toBe("verified");
  expect((await judge(config, [keyOf(SECRET)], { ...json, rawBody: Buffer.from(`${BODY} `) })).status).toBe("refused");

  const withPort = twilio.getExpectedTwilioSignature(SECRET, HOOK_URL.replace(".com/", ".com:443/"), params);
  const ported: SignedRequest = { ...form, headers: [...form.headers, ["X-Twilio-Signature", withPort]] };
  expect((await judge(config, [keyOf(SECRET)], ported)).status).toBe("verified");
});

test("Discord: Ed25519 both ways", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("hex");
  const request = signed(
    configOf("discord"),
    privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    requestOf(BODY),
  );
  const vendor = (body: string) =>
    verifyKey(body, header(request, "x-signature-ed25519"), header(request, "x-signature-timestamp"), raw);
  expect(await vendor(BODY)).toBe(true);
  expect(await vendor(`${BODY} `)).toBe(false);
  expect((await judge(configOf("discord"), [keyOf(raw)], request)).status).toBe("verified");
  expect(
    (await judge(configOf("discord"), [keyOf(raw)], { ...request, rawBody: Buffer.from(`${BODY} `) })).status,
  ).toBe("refused");
});

test("SendGrid: ECDSA both ways", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const key = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const request = signed(
    configOf("sendgrid"),
    privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    requestOf(BODY),
  );
  const vendor = new EventWebhook();
  const [signature, timestamp] = ["Signature", "Timestamp"].map((name) =>
    header(request, `x-twilio-email-event-webhook-${name}`),
  );
  expect(vendor.verifySignature(vendor.convertPublicKeyToECDSA(key), BODY, signature ?? "", timestamp ?? "")).toBe(
    true,
  );
  expect(
    vendor.verifySignature(vendor.convertPublicKeyToECDSA(key), `${BODY} `, signature ?? "", timestamp ?? ""),
  ).toBe(false);
  expect((await judge(configOf("sendgrid"), [keyOf(key)], request)).status).toBe("verified");
});

test("Hygraph: both ways", async () => {
  const config = configOf("hygraph");
  const vendors = requestOf(BODY, [
    ["gcms-signature", hygraph.generateWebhookSignature({ rawPayload: BODY, secret: SECRET })],
  ]);
  expect((await judge(config, [keyOf(SECRET)], vendors)).status).toBe("verified");
  expect((await judge(config, [keyOf("other")], vendors)).status).toBe("refused");
  expect((await judge(config, [keyOf(SECRET)], { ...vendors, rawBody: Buffer.from(BODY.trim()) })).status).toBe(
    "refused",
  );
});

test("Braintree: its sample notification, its challenge", async () => {
  const keys = { publicKey: "pub_key", privateKey: "priv_key" };
  const gateway = new BraintreeGateway({ environment: Environment.Sandbox, merchantId: "m", ...keys });
  const sample = gateway.webhookTesting.sampleNotification("subscription_went_active", "sub_1");
  const request = requestOf(new URLSearchParams(sample).toString(), [
    ["Content-Type", "application/x-www-form-urlencoded"],
  ]);
  const config = configOf("braintree", { public_key: "pub_key" });
  expect(await judge(config, [keyOf("priv_key")], request)).toMatchObject({
    status: "verified",
    providerType: "subscription_went_active",
  });
  expect((await judge(config, [keyOf("other")], request)).status).toBe("refused");
  const forged = requestOf(
    new URLSearchParams({ ...sample, bt_payload: `${sample.bt_payload.slice(0, -4)}AAAA` }).toString(),
    request.headers,
  );
  expect((await judge(config, [keyOf("priv_key")], forged)).status).toBe("refused");

  const challenge = "20f9f8ed05f77439fe955c977e4c8a53";
  const asked = requestOf("", [], { method: "GET", url: `${HOOK_URL}?bt_challenge=${challenge}` });
  expect(await judge(config, [keyOf("priv_key")], asked)).toMatchObject({
    status: "handshake",
    handshake: { answer: { body: gateway.webhookNotification.verify(challenge) } },
  });
});

test("TrueLayer: what its own code signs", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "secp521r1" });
  const signature = truelayerSign({
    kid: "key-1",
    privateKeyPem: privateKey.export({ type: "sec1", format: "pem" }).toString(),
    method: "POST" as never,
    path: "/events/webhook/demo/thing",
    headers: { "X-Tl-Webhook-Timestamp": "2026-01-01T00:00:00Z" },
    body: BODY,
  });
  const request = requestOf(BODY, [
    ["Tl-Signature", signature],
    ["X-Tl-Webhook-Timestamp", "2026-01-01T00:00:00Z"],
  ]);
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "key-1" }] });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  for (const secret of [jwks, pem]) {
    expect((await judge(configOf("truelayer"), [keyOf(secret)], request)).status).toBe("verified");
    expect(
      (await judge(configOf("truelayer"), [keyOf(secret)], { ...request, rawBody: Buffer.from(BODY.trim()) })).status,
    ).toBe("refused");
    const otherHeader = {
      ...request,
      headers: [["Tl-Signature", signature] as const, ["X-Tl-Webhook-Timestamp", "2026-01-02T00:00:00Z"] as const],
    };
    expect((await judge(configOf("truelayer"), [keyOf(secret)], otherHeader)).status).toBe("refused");
  }
});

test("Atlassian Connect: the hash of the query as its own code makes it", async () => {
  const url = `${HOOK_URL}?b=2&a=x%20y&a=*&empty=`;
  const now = Math.floor(NOW_MS / 1000);
  const qsh = createQueryStringHash(fromMethodAndUrl("POST", url));
  const token = encodeSymmetric({ iss: "client", iat: now, exp: now + 180, qsh }, SECRET);
  const request = requestOf(BODY, [["Authorization", `JWT ${token}`]], { url });
  expect((await judge(configOf("atlassian-connect"), [keyOf(SECRET)], request, NOW_MS)).status).toBe("verified");
  expect((await judge(configOf("atlassian-connect"), [keyOf("other")], request, NOW_MS)).status).toBe("refused");
  expect(
    (await judge(configOf("atlassian-connect"), [keyOf(SECRET)], { ...request, url: `${url}&c=1` }, NOW_MS)).status,
  ).toBe("refused");
  expect((await judge(configOf("atlassian-connect"), [keyOf(SECRET)], request, NOW_MS + 600_000)).status).toBe(
    "refused",
  );
  const inQuery = requestOf(BODY, [], { url: `${url}&jwt=${token}` });
  expect((await judge(configOf("atlassian-connect"), [keyOf(SECRET)], inQuery, NOW_MS)).status).toBe("verified");
  expect((await judge(configOf("atlassian-connect"), [keyOf("other")], inQuery, NOW_MS)).status).toBe("refused");
});
