/** The examples of the original page, as they stand there; fragments are completed with what they name. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { signGithub, signStripe } from "../support/sign.ts";
import { TestGateway } from "../support/test-gateway.ts";

const example = (name: string): string =>
  readFileSync(new URL(`../../examples/quickstart/flows/${name}`, import.meta.url), "utf8");

let bundle: TestBundle;
let gateway: TestGateway;
beforeAll(async () => {
  const names = [
    "on_webhook.ygtc",
    "github.ygtc",
    "stripe.ygtc",
    "immediate_response.ygtc",
    "async_processing.ygtc",
    "process_webhook_data.ygtc",
  ];
  bundle = await createTestBundle(Object.fromEntries(names.map((name) => [name, example(name)])), {
    signatures: {
      github: { header: "X-Hub-Signature-256", algorithm: "sha256", secret: "your-github-secret" },
      stripe: { header: "Stripe-Signature", algorithm: "stripe", secret: "whsec_xxx" },
    },
  });
  gateway = await TestGateway.start(bundle);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

test("order.created: the flow's own answer", async () => {
  const answer = await gateway.post("demo/order.created", '{"order": 1}');
  expect([answer.status, answer.json()]).toEqual([200, { success: true }]);
});

test("github: a signed push is counted by the script", async () => {
  const body = JSON.stringify({ commits: [{ id: "a" }, { id: "b" }] });
  const answer = await gateway.post("demo/github", body, {
    "content-type": "application/json",
    "x-github-event": "push",
    "x-hub-signature-256": signGithub(body, "your-github-secret"),
  });
  expect(answer.status).toBe(202);
  const { event, runs } = await gateway.settled(answer.json()["event_id"]);
  expect(event.status).toBe("done");
  expect(runs[0]!.steps.map(({ node, output }) => [node, output])).toContainEqual([
    "handle_push",
    "Received 2 commits",
  ]);
});

test("github: an event that no condition names is ignored, which is fine", async () => {
  const body = "{}";
  const answer = await gateway.post("demo/github", body, {
    "content-type": "application/json",
    "x-github-event": "star",
    "x-hub-signature-256": signGithub(body, "your-github-secret"),
  });
  const { event, runs } = await gateway.settled(answer.json()["event_id"]);
  expect([event.status, runs[0]!.steps.length]).toEqual(["done", 1]);
});

test("stripe: the branch looks into the payload", async () => {
  const body = JSON.stringify({
    id: "evt_1",
    type: "payment_intent.succeeded",
    data: { object: { id: "pi_1", amount: 1200, currency: "eur" } },
  });
  const answer = await gateway.post("demo/stripe", body, {
    "content-type": "application/json",
    "stripe-signature": signStripe(body, "whsec_xxx", Date.now()),
  });
  expect(answer.status).toBe(202);
  const { runs } = await gateway.settled(answer.json()["event_id"]);
  expect(runs[0]!.steps.map(({ node }) => node)).toContain("payment_success");
});

test("immediate response: the answer goes out, the run goes on after it", async () => {
  const answer = await gateway.post("demo/ping", "{}");
  expect(answer.status).toBe(200);
  const [event] = await gateway.events("type=ping");
  const { runs } = await gateway.settled(event!["id"]);
  expect(runs[0]!.steps.length).toBeGreaterThan(1);
});

test("async: acknowledge first, then another flow works on the payload itself", async () => {
  const answer = await gateway.post("demo/report", '{"rows": [1, 2, 3]}');
  expect([answer.status, answer.json()]).toEqual([202, { message: "Processing" }]);
  const [event] = await gateway.events("type=report");
  const { runs } = await gateway.settled(event!["id"]);
  const child = runs.find(({ flow }) => flow === "process_webhook_data");
  const parent = runs.find(({ flow }) => flow === "async_processing");
  expect(child).toMatchObject({ status: "succeeded", parent_run: parent!.id });
});
