/** Runner threads that die or hang while they work: they are replaced, and only the run that did it pays for it. */
import { afterEach, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const bundles: TestBundle[] = [];
afterEach(async () => {
  await Promise.all(bundles.splice(0).map((bundle) => bundle.remove()));
});

async function bundleOf(flows: Readonly<Record<string, string>>): Promise<TestBundle> {
  const bundle = await createTestBundle(flows);
  bundles.push(bundle);
  return bundle;
}

/** What it makes of its text is several times the thread's memory. */
const HEAVY = `
nodes:
  - id: look
    type: script
    config: { script: "let all = []; for i in 0..2000 { all.push((payload.text + i).to_upper()); } all.len()" }
triggers: [{ type: event, event_type: heavy }]
`;
const LIGHT = `
nodes: [{ id: look, type: script, config: { script: "payload.n" } }]
triggers: [{ type: event, event_type: light }]
`;
const HEAVY_BODY = JSON.stringify({ text: "x".repeat(1_000_000) });

test("a run that needs more memory than its thread has fails after some tries; the others that were with it succeed", async () => {
  const bundle = await bundleOf({ "heavy.ygtc": HEAVY, "light.ygtc": LIGHT });
  await using gateway = await TestGateway.start(bundle, { runner_memory_mb: "32", runners: "1" });
  const heavy = await gateway.post("demo/heavy", HEAVY_BODY);
  expect(heavy.status).toBe(202);
  const lights = await Promise.all(
    Array.from({ length: 20 }, (_, n) => gateway.post("demo/light", JSON.stringify({ n }))),
  );
  const details = await Promise.all(lights.map((answer) => gateway.settled(answer.json()["event_id"])));
  expect(details.map(({ event }) => event.status)).toEqual(details.map(() => "done"));
  expect(details.map(({ runs }) => runs[0]!.steps.map(({ output }) => output))).toEqual(details.map((_, n) => [n]));
  const lost = await gateway.settled(heavy.json()["event_id"]);
  expect(lost.runs[0]).toMatchObject({ status: "failed", attempt: 5, error: { code: "crashed" } });
  const after = await gateway.post("demo/light", '{"n":1}');
  expect((await gateway.settled(after.json()["event_id"])).event.status).toBe("done");
}, 60_000);

const SLOW = `
config: { timeout: 60s }
nodes:
  - { id: first, type: script, config: { script: "1" }, next: slow }
  - id: slow
    type: script
    config:
      script: |
        let s = "ab";
        while s.len() < 2000000 { s += s; }
        for i in 0..200 { s.replace("a", "c"); s.replace("c", "a"); }
        s.len()
triggers: [{ type: event, event_type: slow }]
`;

test("a thread without a sign of life is replaced, and what waited behind it goes on", async () => {
  const bundle = await bundleOf({ "slow.ygtc": SLOW, "light.ygtc": LIGHT });
  await using gateway = await TestGateway.start(bundle, { run_hang_after: "1s", runners: "1" });
  const slow = await gateway.post("demo/slow", "{}");
  const light = await gateway.post("demo/light", '{"n":7}');
  const done = await gateway.settled(light.json()["event_id"]);
  expect(done.event.status).toBe("done");
  // It comes again after a second, so on a busy machine it may be at work when it is looked at.
  const slowId = slow.json()["event_id"];
  const waiting = await gateway.eventWhen(slowId, ({ runs }) => (runs[0]?.error ?? null) !== null);
  expect(waiting.runs[0]).toMatchObject({ error: { code: "hung" } });
}, 60_000);

const PARENT = `
nodes:
  - id: busy
    type: script
    config:
      script: |
        let s = "ab";
        while s.len() < 2000000 { s += s; }
        for i in 0..3 { s.replace("a", "c"); s.replace("c", "a"); }
        s.len()
    next: child
  - { id: child, type: async, config: { flow: light, payload: { n: 1 } } }
triggers: [{ type: event, event_type: parent }]
`;

test("a run is handed out once, also where the gateway stops without grace", async () => {
  const bundle = await bundleOf({ "parent.ygtc": PARENT, "light.ygtc": LIGHT });
  await using gateway = await TestGateway.start(bundle, { shutdown_grace: "0s", runners: "2" });
  const parent = await gateway.post("demo/parent", "{}");
  for (let n = 0; n < 5; n++) {
    const light = await gateway.post("demo/light", '{"n":1}');
    await gateway.settled(light.json()["event_id"]);
  }
  const detail = await gateway.settled(parent.json()["event_id"]);
  expect(detail.runs.map(({ flow, status }) => `${flow} ${status}`).sort()).toEqual([
    "light succeeded",
    "parent succeeded",
  ]);
});
