/** Challenges of providers, as they come over the wire: answered without a flow, told to the operator, never an event. */
import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listProviders } from "../../src/signature/index.ts";
import { sendSigned } from "../support/send-signed.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway, type Posted } from "../support/test-gateway.ts";

const discordKeys = generateKeyPairSync("ed25519");
const DISCORD_PUBLIC = discordKeys.publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("hex");
const DISCORD_PRIVATE = discordKeys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const amazon = generateKeyPairSync("rsa", { modulusLength: 2048 });
const SECRET = "a-secret-of-a-test";
const PROVIDERS: Readonly<Record<string, object>> = {
  slack: { secret: SECRET },
  zoom: { secret: SECRET },
  discord: { secret: DISCORD_PUBLIC },
  twitch: { secret: SECRET },
  xero: { secret: SECRET },
  meta: { secret: SECRET, verify_token: "my-token" },
  "x-twitter": { secret: SECRET },
  dropbox: { secret: SECRET },
  onfleet: { secret: "abcdef0123456789" },
  okta: { secret: SECRET },
  cloudevents: { secret: SECRET },
  trello: { secret: SECRET },
  mailchimp: { secret: SECRET },
  mandrill: { secret: SECRET },
  woocommerce: { secret: SECRET },
  "ms-graph": { secret: SECRET },
  monday: { secret: SECRET },
  braintree: { secret: SECRET, public_key: "public-key" },
  "aws-sns": {},
  asana: {},
  notion: {},
};
let bundle: TestBundle;
let gateway: TestGateway;
/** What the gateway asked of Amazon; the certificate is served, a token that is named "gone" is none any more. */
const asked: string[] = [];

async function fetchFromAmazon(url: string): Promise<string> {
  asked.push(url);
  if (url.includes("Token=gone")) throw new Error("sns.us-west-2.amazonaws.com answered 404");
  return amazon.publicKey.export({ type: "spki", format: "pem" }).toString();
}

beforeAll(async () => {
  const signatures = Object.fromEntries(
    Object.entries(PROVIDERS).map(([provider, more]) => [provider, { provider, ...more }]),
  );
  bundle = await createTestBundle({}, { signatures });
  gateway = await TestGateway.start(bundle, {}, { fetchText: fetchFromAmazon });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

const path = (target: string): string => `/events/webhook/demo/${target}`;
const get = (target: string, headers: Record<string, string> = {}): Promise<Posted> =>
  gateway.request("GET", path(target), undefined, headers);
const postUnsigned = (target: string, body: string, type = "application/json"): Promise<Posted> =>
  gateway.request("POST", path(target), body, { "content-type": type });
function signedTo(provider: string, body: object, headers: [string, string][] = [], secret = SECRET): Promise<Posted> {
  const all: [string, string][] = [["content-type", "application/json"], ...headers];
  const delivery = { config: { scheme: { provider } }, secret, body: JSON.stringify(body), headers: all };
  return sendSigned(gateway, `demo/${provider}`, delivery);
}

const mac = (text: string, encoding: "hex" | "base64"): string =>
  createHmac("sha256", SECRET).update(text).digest(encoding);

/** https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html */
function sendConfirmation(subscribeUrl: string, type = "SubscriptionConfirmation"): Promise<Posted> {
  const fields = {
    Message: "You have chosen to subscribe to the topic.",
    MessageId: "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
    SubscribeURL: subscribeUrl,
    Timestamp: "2026-01-01T00:00:00.000Z",
    Token: "2336412f37",
    TopicArn: "arn:aws:sns:us-west-2:123456789012:MyTopic",
    Type: type,
  };
  const text = Object.entries(fields).map(([name, value]) => `${name}\n${value}\n`);
  const body = JSON.stringify({
    ...fields,
    SignatureVersion: "2",
    SigningCertURL: "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem",
    Signature: sign("sha256", Buffer.from(text.join("")), amazon.privateKey).toString("base64"),
  });
  return postUnsigned("aws-sns", body, "text/plain; charset=UTF-8");
}

const SUBSCRIBE = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=";
const braintreeKey = createHash("sha1").update(SECRET).digest();

interface Challenge {
  readonly send: () => Promise<Posted>;
  readonly status?: number;
  /** The body; an object is compared as JSON. */
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

const CHALLENGES: Readonly<Record<string, Challenge>> = {
  "Slack url_verification": {
    send: () => signedTo("slack", { type: "url_verification", challenge: "3eZbrw1a" }),
    body: "3eZbrw1a",
  },
  "Zoom endpoint.url_validation": {
    send: () => signedTo("zoom", { event: "endpoint.url_validation", payload: { plainToken: "qgg8vlvZ" } }),
    body: { plainToken: "qgg8vlvZ", encryptedToken: mac("qgg8vlvZ", "hex") },
  },
  "Discord PING": { send: () => signedTo("discord", { type: 1 }, [], DISCORD_PRIVATE), body: { type: 1 } },
  "Twitch webhook_callback_verification": {
    send: () =>
      signedTo("twitch", { challenge: "pogchamp", subscription: {} }, [
        ["twitch-eventsub-message-type", "webhook_callback_verification"],
      ]),
    body: "pogchamp",
  },
  "Xero's intent to receive": { send: () => signedTo("xero", { events: [], firstEventSequence: 0 }), body: "" },
  "Meta hub.challenge": {
    send: () => get("meta?hub.mode=subscribe&hub.verify_token=my-token&hub.challenge=1158201444"),
    body: "1158201444",
  },
  "X CRC": {
    send: () => get("x-twitter?crc_token=abc123"),
    body: { response_token: `sha256=${mac("abc123", "base64")}` },
  },
  "Dropbox challenge": { send: () => get("dropbox?challenge=xyz"), body: "xyz" },
  "Onfleet check": { send: () => get("onfleet?check=c0ffee"), body: "c0ffee" },
  "Okta one-time header": {
    send: () => get("okta", { "x-okta-verification-challenge": "once" }),
    body: { verification: "once" },
  },
  "CloudEvents WebHook-Request-Origin": {
    send: () =>
      gateway.request("OPTIONS", path("cloudevents"), undefined, { "webhook-request-origin": "events.example.com" }),
    headers: { "webhook-allowed-origin": "events.example.com" },
  },
  "Trello HEAD": { send: () => gateway.request("HEAD", path("trello")) },
  "Mailchimp GET": { send: () => get("mailchimp") },
  "Mandrill's test": {
    send: () => postUnsigned("mandrill", "mandrill_events=%5B%5D", "application/x-www-form-urlencoded"),
  },
  "WooCommerce's ping": {
    send: () => postUnsigned("woocommerce", "webhook_id=42", "application/x-www-form-urlencoded"),
  },
  "Microsoft Graph validationToken": {
    send: () => postUnsigned("ms-graph?validationToken=Validation%3A%20token", "", "text/plain"),
    body: "Validation: token",
    headers: { "content-type": "text/plain" },
  },
  "Braintree bt_challenge": {
    send: () => get("braintree?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53"),
    body: `public-key|${createHmac("sha1", braintreeKey).update("20f9f8ed05f77439fe955c977e4c8a53").digest("hex")}`,
  },
  "Amazon SNS SubscriptionConfirmation": { send: () => sendConfirmation(`${SUBSCRIBE}2336412f37`) },
  "Monday challenge": { send: () => postUnsigned("monday", '{"challenge":"m1"}'), body: { challenge: "m1" } },
};

test.each(Object.entries(CHALLENGES))("%s", async (_name, { send, status, body, headers = {} }) => {
  const answer = await send();
  expect(answer.status).toBe(status ?? 200);
  const got = typeof body === "object" ? answer.json() : answer.body;
  expect(got).toEqual(body ?? got);
  for (const [name, value] of Object.entries(headers)) expect(answer.headers[name]).toContain(value);
  expect(gateway.records.at(-1)).toMatchObject({ verdict: "handshake", status: answer.status });
});

test("no handshake of the table was left out", () => {
  const driven = new Set(Object.keys(PROVIDERS));
  const missing = listProviders().filter(
    ({ handshake }) =>
      handshake !== undefined &&
      !listProviders().some((provider) => provider.handshake === handshake && driven.has(provider.id)),
  );
  expect(missing.map(({ id, handshake }) => `${id}: ${handshake}`)).toEqual([]);
});

test("the subscription of an SNS topic is confirmed at Amazon, once; at another host never", async () => {
  expect(asked.filter((url) => url.startsWith(SUBSCRIBE))).toEqual([`${SUBSCRIBE}2336412f37`]);
  const elsewhere = "https://sns.us-west-2.amazonaws.com.evil.example/?Action=ConfirmSubscription&Token=1";
  // It is signed, so it is kept like any other message, for whoever wants to know; nothing is asked of the host.
  expect((await sendConfirmation(elsewhere)).status).toBe(202);
  expect(asked).not.toContain(elsewhere);
});

test("a subscription that cannot be confirmed is no success: Amazon comes again, and the operator is told", async () => {
  const answer = await sendConfirmation(`${SUBSCRIBE}gone`);
  expect(answer.status).toBe(503);
  expect(gateway.records.at(-1)).toMatchObject({ verdict: "none", status: 503 });
  expect(gateway.faults.splice(0)).toEqual([expect.stringContaining("could not be confirmed")]);
});

test("the answer to Braintree's challenge is no signature of a notification", async () => {
  const challenge = "20f9f8ed05f77439fe955c977e4c8a53";
  const { body } = await get(`braintree?bt_challenge=${challenge}`);
  const form = new URLSearchParams({ bt_payload: challenge, bt_signature: body }).toString();
  expect((await postUnsigned("braintree", form, "application/x-www-form-urlencoded")).status).toBe(401);
});

test.each([
  ["Meta with another verify token", () => get("meta?hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1")],
  ["Slack with a wrong signature", () => signedTo("slack", { type: "url_verification", challenge: "x" }, [], "guess")],
])("%s gets no answer to its challenge", async (_name, send) => {
  const answer = await send();
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.body).not.toContain("challenge");
});

test("the operator is told that a challenge has another verify token, not that GET is no way to send webhooks", async () => {
  expect((await get("meta?hub.mode=subscribe&hub.verify_token=typo&hub.challenge=1")).status).toBe(405);
  expect(gateway.records.at(-1)).toMatchObject({ status: 405, reason: "handshake_token_mismatch" });
  const [kept] = (await gateway.refusals()).filter(({ event_type: type }) => type === "meta");
  expect(kept).toMatchObject({
    detail: "hub.verify_token is not the configured verify_token",
    hint: expect.stringContaining("verify token that is in the answers") as string,
  });
});

test("OPTIONS that asks for nothing is told what is allowed", async () => {
  const answer = await gateway.request("OPTIONS", path("cloudevents"));
  expect([answer.status, answer.headers["allow"]]).toEqual([204, "POST, OPTIONS"]);
});

test("Asana hands over its secret: it is echoed, kept sealed, and verifies the next request", async () => {
  const first = await gateway.request("POST", path("asana"), "{}", { "x-hook-secret": "from-asana-1" });
  expect([first.status, first.headers["x-hook-secret"]]).toEqual([200, "from-asana-1"]);
  const event = await signedTo("asana", { events: [{ action: "changed" }] }, [], "from-asana-1");
  expect(event.status).toBe(202);
  expect((await gateway.event(event.json()["event_id"])).event["verification"]).toMatchObject({ keyName: "handshake" });
  expect((await signedTo("asana", { events: [{ action: "changed" }] }, [], "guess")).status).toBe(401);
});

test("nobody can hand over another secret later", async () => {
  const second = await gateway.request("POST", path("asana"), "{}", { "x-hook-secret": "of-somebody-else" });
  expect(second.status).toBe(401);
  expect((await signedTo("asana", { events: [{ action: "x" }] }, [], "of-somebody-else")).status).toBe(401);
});

test("Notion's verification_token is kept, and the operator is told where to paste it", async () => {
  expect((await postUnsigned("notion", '{"verification_token":"secret_tMrl"}')).status).toBe(200);
  expect(gateway.records.at(-1)).toMatchObject({
    verdict: "handshake",
    detail: expect.stringContaining("Notion") as string,
  });
  expect((await signedTo("notion", { type: "page.created", id: "1" }, [], "secret_tMrl")).status).toBe(202);
});

test("nothing of ours failed, and no challenge became an event", async () => {
  expect(gateway.faults).toEqual([]);
  const types = new Set(
    (await gateway.events()).map(({ event_type: type, status }) => `${String(type)} ${String(status)}`),
  );
  expect([...types].filter((line) => !line.endsWith("refused")).sort()).toEqual([
    "asana unmatched",
    "aws-sns unmatched",
    "notion unmatched",
  ]);
});
