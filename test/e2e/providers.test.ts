/** What the gateway does differently for a provider that it knows by name. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sendSigned } from "../support/send-signed.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const ADYEN_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const GITHUB = { scheme: { provider: "github" } };
/** Each burns its budget of operations, ten milliseconds and more. */
const SLOW_STEPS = Array.from({ length: 200 }, (_, index) => `slow${index}`);
let bundle: TestBundle;
let gateway: TestGateway;

beforeAll(async () => {
  const github = { provider: "github", secret: "s3cret" };
  bundle = await createTestBundle(
    {
      "slow.ygtc": `
nodes:
${SLOW_STEPS.map((id, index) => `  - { id: ${id}, type: script, config: { script: "loop { }" }, on_error: ${SLOW_STEPS[index + 1] ?? "respond"} }`).join("\n")}
  - { id: respond, type: http_response, config: { status: 200, body: late } }
triggers: [{ type: event, event_type: sentry }]
`,
    },
    {
      signatures: {
        adyen: { provider: "adyen", secret: ADYEN_KEY },
        sentry: { provider: "sentry", secret: "sentry-secret" },
        github,
      },
      tenants: {
        guarded: { replay_guard: "strict", signatures: { github, stripe: { provider: "stripe", secret: "whsec_1" } } },
      },
    },
    ["demo", "guarded"],
  );
  gateway = await TestGateway.start(bundle);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

test("a provider that wants to read a word of its own reads it", async () => {
  // https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures
  const signedFields = "7914073381342284::TestMerchant:order-1:1130:EUR:AUTHORISATION:true";
  const hmacSignature = createHmac("sha256", Buffer.from(ADYEN_KEY, "hex")).update(signedFields).digest("base64");
  const item = {
    additionalData: { hmacSignature },
    pspReference: "7914073381342284",
    merchantAccountCode: "TestMerchant",
    merchantReference: "order-1",
    amount: { value: 1130, currency: "EUR" },
    eventCode: "AUTHORISATION",
    success: "true",
  };
  const body = JSON.stringify({ live: "false", notificationItems: [{ NotificationRequestItem: item }] });
  const answer = await gateway.post("demo/adyen", body);
  expect([answer.status, answer.headers["content-type"], answer.body]).toEqual([200, "text/plain", "[accepted]"]);
});

test("a provider that waits only a second is answered before it gives up, and the run goes on", async () => {
  const startedAt = performance.now();
  const config = { scheme: { provider: "sentry" } };
  const answer = await sendSigned(gateway, "demo/sentry", {
    config,
    secret: "sentry-secret",
    body: '{"action":"created"}',
  });
  expect(answer.status).toBe(202);
  expect(performance.now() - startedAt).toBeLessThan(1000);
  const { response, runs } = await gateway.settled(answer.json()["event_id"]);
  expect([response.by, runs[0]!.status]).toEqual(["deadline", "succeeded"]);
});

const delivery = (id: string, body: string) => ({
  config: GITHUB,
  secret: "s3cret",
  body,
  headers: [
    ["content-type", "application/json"],
    ["x-github-delivery", id],
  ] as const,
});

test("without a guard, the same body under another id is another event", async () => {
  expect((await sendSigned(gateway, "demo/github", delivery("1", '{"n":1}'))).status).toBe(202);
  const again = await sendSigned(gateway, "demo/github", delivery("2", '{"n":1}'));
  expect([again.status, again.json()["duplicate_of"]]).toEqual([202, undefined]);
});

test("with replay_guard strict, a signed body under another id that is not signed is refused, and the operator sees of what", async () => {
  const first = await sendSigned(gateway, "guarded/github", delivery("1", '{"n":2}'));
  const replayed = await sendSigned(gateway, "guarded/github", delivery("2", '{"n":2}'));
  expect([replayed.status, replayed.headers["content-type"]]).toEqual([409, "application/problem+json"]);
  expect(gateway.records.at(-1)).toMatchObject({ reason: "replayed_body", duplicateOf: first.json()["event_id"] });
  const { event, response, runs } = await gateway.event(replayed.json()["event_id"]);
  expect([event.status, response.status, runs]).toEqual(["duplicate", 409, []]);
});

test("with replay_guard strict, a redelivery under its own id stays a duplicate", async () => {
  const first = await sendSigned(gateway, "guarded/github", delivery("5", '{"n":5}'));
  const again = await sendSigned(gateway, "guarded/github", delivery("5", '{"n":5}'));
  expect([again.status, again.json()["duplicate_of"]]).toEqual([202, first.json()["event_id"]]);
});

test("with replay_guard strict, an id that is signed counts as before", async () => {
  const config = { scheme: { provider: "stripe" } };
  const send = (id: string) =>
    sendSigned(gateway, "guarded/stripe", { config, secret: "whsec_1", body: `{"id":"${id}","type":"x"}` });
  const [first, other, again] = [await send("evt_1"), await send("evt_2"), await send("evt_1")];
  expect([first.status, other.status, other.json()["duplicate_of"]]).toEqual([202, 202, undefined]);
  expect(again.json()["duplicate_of"]).toBe(first.json()["event_id"]);
});
