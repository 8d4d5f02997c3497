/** What becomes of runs: retries, dead letters, errors that go on, resumption, replay, children. */
import { afterEach, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway, type EventDetailJson } from "../support/test-gateway.ts";

const bundles: TestBundle[] = [];
afterEach(async () => {
  await Promise.all(bundles.splice(0).map((bundle) => bundle.remove()));
});

async function bundleOf(flows: Readonly<Record<string, string>>, tenants?: string[]): Promise<TestBundle> {
  const bundle = await createTestBundle(flows, {}, tenants);
  bundles.push(bundle);
  return bundle;
}

async function postAndSettle(gateway: TestGateway, path: string, body = "{}"): Promise<EventDetailJson> {
  const answer = await gateway.post(path, body);
  return gateway.settled(answer.json()["event_id"]);
}

const nodesOf = (detail: EventDetailJson, run = 0): unknown[] =>
  detail.runs[run]!.steps.map(({ node, status }) => `${node} ${status}`);

test("a failing step is tried again with the steps before it kept, then the run is a dead letter that can be replayed", async () => {
  const bundle = await bundleOf({
    "f.ygtc": `
config: { retry_policy: { max_attempts: 3, initial_delay: 20ms } }
nodes:
  - { id: ready, type: script, config: { script: "1" }, next: fails }
  - { id: fails, type: script, config: { script: "throw \\"no\\"" } }
triggers: [{ type: event, event_type: f }]
`,
  });
  await using gateway = await TestGateway.start(bundle);
  const detail = await postAndSettle(gateway, "demo/f");
  expect(detail.event.status).toBe("failed");
  expect(detail.runs[0]).toMatchObject({ status: "failed", attempt: 3, error: { code: "script-threw" } });
  expect(nodesOf(detail)).toEqual(["ready succeeded", "fails failed", "fails failed", "fails failed"]);

  await bundle.write(
    "flows/f.ygtc",
    'nodes:\n  - { id: ready, type: script, config: { script: "2" } }\ntriggers: [{ type: event, event_type: f }]\n',
  );
  await gateway.takeOver(bundle);
  const replayed = (await (
    await gateway.api(`events/${String(detail.event["id"])}/replay`, { method: "POST" })
  ).json()) as { runs: { id: string }[] };
  const after = await gateway.eventWhen(detail.event["id"], ({ runs }) =>
    runs.some(({ id, status }) => id === replayed.runs[0]!.id && status === "succeeded"),
  );
  expect(after.runs.map(({ replay_of: replayOf }) => replayOf)).toEqual([null, detail.event["id"]]);
});

test("an error that would come again at every try ends the run at the first, and the sender is told", async () => {
  const bundle = await bundleOf({
    "f.ygtc": `
nodes:
  - { id: polish, type: script, config: { script: "payload.polish()" }, next: respond }
  - { id: respond, type: http_response }
triggers: [{ type: event, event_type: f }]
`,
  });
  await using gateway = await TestGateway.start(bundle);
  const answer = await gateway.post("demo/f", "{}");
  expect(answer.status).toBe(500);
  const detail = await gateway.settled(answer.json()["event_id"]);
  expect(detail.runs[0]).toMatchObject({ status: "failed", attempt: 1, error: { code: "script-error" } });
});

test("with on_error the run goes on there, and sees what went wrong", async () => {
  const bundle = await bundleOf({
    "f.ygtc": `
nodes:
  - { id: fails, type: script, config: { script: "throw \\"broken pipe\\"" }, on_error: rescue }
  - { id: rescue, type: template, config: { template: "rescued: {{prev.error.message}}" } }
triggers: [{ type: event, event_type: f }]
`,
  });
  await using gateway = await TestGateway.start(bundle);
  const detail = await postAndSettle(gateway, "demo/f");
  expect([detail.event.status, nodesOf(detail)]).toEqual(["done", ["fails failed", "rescue succeeded"]]);
  expect(detail.runs[0]!.steps[1]!.output).toMatch(/^rescued: .*broken pipe/);
});

test("a run that waits goes on after a restart with the definition with which it began", async () => {
  const flow = (output: string, delay: string): string => `
config: { retry_policy: { max_attempts: 3, initial_delay: ${delay} } }
nodes:
  - { id: first, type: script, config: { script: "${output}" }, next: second }
  - { id: second, type: script, config: { script: "if payload.at < 2 { throw \\"later\\" } first" } }
triggers: [{ type: event, event_type: f }]
`;
  const bundle = await bundleOf({ "f.ygtc": flow("1", "300ms") });
  let id: unknown;
  {
    await using gateway = await TestGateway.start(bundle);
    id = (await gateway.post("demo/f", '{"at": 1}')).json()["event_id"];
    await gateway.eventWhen(id, ({ runs }) => runs[0]?.status === "waiting");
  }
  await bundle.write("flows/f.ygtc", flow("2", "1ms"));
  await using gateway = await TestGateway.start(bundle);
  const detail = await gateway.settled(id);
  expect(nodesOf(detail)).toEqual(["first succeeded", "second failed", "second failed", "second failed"]);
  expect(detail.runs[0]!.steps[0]!.output).toBe(1);
});

test("a stop of the gateway in the middle of a run costs it none of its tries", async () => {
  const slow = Array.from({ length: 120 }, (_, n) => {
    const next = n === 119 ? "fails" : `slow${n + 1}`;
    return `  - { id: slow${n}, type: script, config: { script: "let x = 0; for i in 0..200000 { x += 1; } x" }, next: ${next} }`;
  });
  const bundle = await bundleOf({
    "f.ygtc": `
config: { retry_policy: { max_attempts: 2, initial_delay: 20ms } }
nodes:
${slow.join("\n")}
  - { id: fails, type: script, config: { script: "throw \\"no\\"" } }
triggers: [{ type: event, event_type: f }]
`,
  });
  let id: unknown;
  for (let stops = 1; stops <= 3; stops++) {
    await using gateway = await TestGateway.start(bundle, { shutdown_grace: "0s" });
    id ??= (await gateway.post("demo/f", "{}")).json()["event_id"];
    const state = async (): Promise<unknown> => (await gateway.event(id)).runs[0];
    await expect.poll(state).toMatchObject({ status: "running", attempt: stops });
  }
  await using gateway = await TestGateway.start(bundle);
  const detail = await gateway.settled(id);
  expect(detail.runs[0]).toMatchObject({ status: "failed", error: { code: "script-threw" } });
  expect(detail.runs[0]!.attempt).toBeGreaterThan(2);
  expect(nodesOf(detail).slice(-2)).toEqual(["fails failed", "fails failed"]);
});

test("an event that no flow handled runs once there is one, through a replay", async () => {
  const bundle = await bundleOf({});
  await using gateway = await TestGateway.start(bundle);
  const id = (await gateway.post("demo/later", '{"n": 5}')).json()["event_id"];
  expect((await gateway.event(id)).event.status).toBe("unmatched");
  await bundle.write(
    "flows/later.ygtc",
    'nodes:\n  - { id: look, type: script, config: { script: "payload.n" } }\ntriggers: [{ type: event, event_type: later }]\n',
  );
  await gateway.takeOver(bundle);
  await gateway.api(`events/${String(id)}/replay`, { method: "POST" });
  const detail = await gateway.eventWhen(id, ({ event }) => event.status === "done");
  expect(detail.runs[0]).toMatchObject({ replay_of: id, steps: [{ output: 5 }] });
});

test("a replay of an unknown event is a 404", async () => {
  await using gateway = await TestGateway.start(await bundleOf({}));
  expect((await gateway.api("events/nothing/replay", { method: "POST" })).status).toBe(404);
});

test("several flows on one event: each runs, and one that fails makes the event failed", async () => {
  const bundle = await bundleOf({
    "good.ygtc":
      'nodes:\n  - { id: a, type: script, config: { script: "1" } }\ntriggers: [{ type: event, event_type: "order.*" }]\n',
    "bad.ygtc":
      'config: { retry_policy: { max_attempts: 1 } }\nnodes:\n  - { id: b, type: script, config: { script: "throw 1" } }\ntriggers: [{ type: event, event_type: order.paid }]\n',
  });
  await using gateway = await TestGateway.start(bundle);
  const detail = await postAndSettle(gateway, "demo/order.paid");
  expect(detail.event.status).toBe("failed");
  expect(detail.runs.map(({ flow, status }) => `${flow} ${status}`).toSorted()).toEqual([
    "bad failed",
    "good succeeded",
  ]);
});

test("a tenant's own flow hides the shared one of its name; default triggers catch the rest", async () => {
  const flow = (output: string): string =>
    `nodes:\n  - { id: a, type: script, config: { script: "${output}" } }\ntriggers: [{ type: default }]\n`;
  const bundle = await bundleOf({ "f.ygtc": flow("1"), "tenants/acme/flows/f.ygtc": flow("2") }, ["demo", "acme"]);
  await using gateway = await TestGateway.start(bundle);
  expect((await postAndSettle(gateway, "demo/anything")).runs[0]!.steps[0]!.output).toBe(1);
  expect((await postAndSettle(gateway, "acme/anything")).runs[0]!.steps[0]!.output).toBe(2);
});

test.each([
  ["operations", "loop { }", "script-too-long"],
  ["a loop of nodes", undefined, "too-many-steps"],
])("a run that would go on for ever ends: %s", async (_what, script, code) => {
  const looping = `
config: { retry_policy: { max_attempts: 1 } }
nodes:
  - { id: a, type: branch, config: { conditions: [{ expression: "tenant == 'demo'", next: b }], default: end } }
  - { id: b, type: template, config: { template: "x" }, next: a }
triggers: [{ type: event, event_type: f }]
`;
  const burning = `config: { retry_policy: { max_attempts: 1 } }\nnodes:\n  - { id: a, type: script, config: { script: "${script ?? ""}" } }\ntriggers: [{ type: event, event_type: f }]\n`;
  await using gateway = await TestGateway.start(await bundleOf({ "f.ygtc": script === undefined ? looping : burning }));
  const detail = await postAndSettle(gateway, "demo/f");
  expect([detail.event.status, detail.runs[0]!.error?.code]).toEqual(["failed", code]);
});

test("an answer leaves when it is given, however long the steps behind it take", async () => {
  const bundle = await bundleOf({
    "f.ygtc": `
config: { retry_policy: { max_attempts: 1 } }
nodes:
  - { id: respond, type: http_response, config: { status: 201, body: early }, next: slow }
  - { id: slow, type: script, timeout: 3s, config: { script: 'let s = ""; s.pad(1000000, "a"); loop { s.to_upper() }' } }
triggers: [{ type: event, event_type: f }]
`,
  });
  await using gateway = await TestGateway.start(bundle);
  const answer = await gateway.post("demo/f", "{}");
  expect([answer.status, answer.body]).toEqual([201, "early"]);
  const { eventId, atMs, durationMs } = gateway.records.at(-1)!;
  const [run] = (await gateway.settled(eventId)).runs;
  expect(run).toMatchObject({ status: "failed", error: { node: "slow", code: "script-deadline" } });
  expect(atMs + durationMs).toBeLessThan(Date.parse(run!.ended_at ?? ""));
});

test("what a script throws is kept shortened, however much it is", async () => {
  const bundle = await bundleOf({
    "f.ygtc": `
config: { retry_policy: { max_attempts: 1 } }
nodes:
  - { id: a, type: script, config: { script: "throw payload.text" }, on_error: b }
  - { id: b, type: script, config: { script: "prev.error.message.len" } }
triggers: [{ type: event, event_type: f }]
`,
  });
  await using gateway = await TestGateway.start(bundle);
  const { runs } = await postAndSettle(gateway, "demo/f", JSON.stringify({ text: "x".repeat(2_000_000) }));
  const [failed, next] = runs[0]!.steps;
  const { message } = failed!.error as { message: string };
  expect(message).toMatch(/^Runtime error: x+… \(2\d{6} characters in all\)$/);
  expect(message.length).toBeLessThan(4100);
  expect(next!.output).toBe(message.length);
});

test("a flow that starts itself ends at the depth that is allowed, and says so", async () => {
  const bundle = await bundleOf({
    "f.ygtc": `
config: { retry_policy: { max_attempts: 3, initial_delay: 10ms } }
nodes:
  - { id: again, type: async, config: { flow: f, payload: "{{event.payload}}" } }
triggers: [{ type: event, event_type: f }]
`,
  });
  await using gateway = await TestGateway.start(bundle, { max_child_depth: "3" });
  const { runs } = await postAndSettle(gateway, "demo/f");
  expect(runs.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded", "failed"]);
  expect(runs[3]).toMatchObject({ attempt: 1, error: { code: "too-many-children", node: "again" } });
});

test("flows that start each other without end stop at the number of runs that one event may have, and say so; a replay has its own", async () => {
  const twice = (name: string, other: string): string => `
name: ${name}
config: { retry_policy: { max_attempts: 3, initial_delay: 10ms } }
nodes:
  - { id: first, type: async, config: { flow: ${other} }, next: second }
  - { id: second, type: async, config: { flow: ${other} } }
triggers: [{ type: event, event_type: ${name} }]
`;
  const bundle = await bundleOf({ "ping.ygtc": twice("ping", "pong"), "pong.ygtc": twice("pong", "ping") });
  await using gateway = await TestGateway.start(bundle, { max_child_depth: "50", max_child_runs: "20" });
  const { event, runs } = await postAndSettle(gateway, "demo/ping");
  expect(runs).toHaveLength(1 + 20);
  const failed = runs.filter(({ status }) => status === "failed");
  expect(failed).not.toEqual([]);
  for (const run of failed) {
    expect(run).toMatchObject({ attempt: 1, error: { code: "too-many-children" } });
    expect(run.error!.message).toContain("max_child_runs");
  }
  await gateway.api(`events/${String(event["id"])}/replay`, { method: "POST" });
  const again = await gateway.eventWhen(event["id"], ({ runs: all }) => all.length >= 2 * (1 + 20));
  expect(again.runs).toHaveLength(2 * (1 + 20));
});

const ANSWERS = (answer: string): string => `{ id: respond, type: http_response, config: { body: ${answer} } }`;
test("what a flow that was started by another says reaches nobody: the sender hears the flow that it triggered", async () => {
  const bundle = await bundleOf({
    "parent.ygtc": `
nodes:
  - { id: start, type: async, config: { flow: child }, next: work }
  - { id: work, type: script, config: { script: "let n = 0; while n < 300000 { n += 1; } n" }, next: respond }
  - ${ANSWERS("parent")}
triggers: [{ type: event, event_type: f }]
`,
    "child.ygtc": `nodes:\n  - ${ANSWERS("child")}\n`,
  });
  await using gateway = await TestGateway.start(bundle, { runners: "2" });
  const answer = await gateway.post("demo/f", "{}");
  expect([answer.status, answer.body]).toEqual([200, "parent"]);
  const detail = await gateway.settled(gateway.records.at(-1)!.eventId);
  expect(detail.response).toMatchObject({ status: 200, by: "flow", body: "parent" });
});

test("what a replay says is no answer of the event, also when it is tried again", async () => {
  const bundle = await bundleOf({}, ["demo", "acme"]);
  await using gateway = await TestGateway.start(bundle);
  const id = (await gateway.post("demo/f", "{}")).json()["event_id"];
  // What it starts is not there for this tenant at first.
  const child = `nodes: [{ id: note, type: script, config: { script: "1" } }]`;
  await bundle.write("tenants/acme/flows/child.ygtc", child);
  await bundle.write(
    "flows/f.ygtc",
    `
config: { retry_policy: { max_attempts: 100, initial_delay: 20ms, max_delay: 20ms } }
nodes:
  - { id: start, type: async, config: { flow: child }, next: respond }
  - ${ANSWERS("replayed")}
triggers: [{ type: event, event_type: f }]
`,
  );
  await gateway.takeOver(bundle);
  await gateway.api(`events/${String(id)}/replay`, { method: "POST" });
  await gateway.eventWhen(id, ({ runs }) => runs[0]?.status === "waiting");
  await bundle.write("flows/child.ygtc", child);
  await gateway.takeOver(bundle);
  const detail = await gateway.eventWhen(id, ({ runs }) => runs.every(({ status }) => status === "succeeded"));
  expect(detail.runs[0]!.attempt).toBeGreaterThan(1);
  expect(detail.runs[0]!.steps.at(-1)).toMatchObject({ node: "respond", output: { status: 200, body: "replayed" } });
  expect(detail.response).toMatchObject({ status: 202, by: "ack" });
});

test("a flow's timeout ends a try between two steps, and the next try goes on there", async () => {
  const bundle = await bundleOf({
    "f.ygtc": `
config: { timeout: 30ms, retry_policy: { max_attempts: 2, initial_delay: 10ms } }
nodes:
  - { id: look, type: branch, config: { conditions: [{ expression: "true", next: text }], default: end } }
  - { id: text, type: template, config: { template: "{{#each payload}}{{this}}{{/each}}" }, next: look }
triggers: [{ type: event, event_type: f }]
`,
  });
  await using gateway = await TestGateway.start(bundle);
  const detail = await postAndSettle(gateway, "demo/f", JSON.stringify(Array.from({ length: 10_000 }, (_, n) => n)));
  expect(detail.runs[0]).toMatchObject({ status: "failed", attempt: 2, error: { code: "run-deadline" } });
  expect(detail.runs[0]!.steps.length).toBeGreaterThan(1);
  expect(detail.runs[0]!.steps.length).toBeLessThan(1000);
});

test("the outputs of a run are bounded together, however small the flow is", async () => {
  const copy = (id: string, next: string): string =>
    `  - { id: ${id}, type: template, config: { template: ["{{payload}}", "{{payload}}", "{{payload}}"] }, next: ${next} }`;
  const bundle = await bundleOf({
    "f.ygtc": `nodes:\n${copy("a", "b")}\n${copy("b", "c")}\n${copy("c", "end")}\ntriggers: [{ type: event, event_type: f }]\n`,
  });
  await using gateway = await TestGateway.start(bundle);
  const answer = await gateway.post("demo/f", "x".repeat(9 * 1024 * 1024), { "content-type": "text/plain" });
  const { runs } = await gateway.settled(answer.json()["event_id"]);
  expect(runs[0]).toMatchObject({ status: "failed", attempt: 1, error: { code: "output-too-large", node: "c" } });
});
