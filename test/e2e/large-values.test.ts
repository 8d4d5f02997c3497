/** Values of hundreds of kilobytes go through flows, the log and back to the sender as bytes: nobody sees a difference. */
import { expect, test } from "vitest";
import { createTestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const CHILD = `
nodes: [{ id: seen, type: script, config: { script: "payload" } }]
triggers: [{ type: event, event_type: child }]
`;

const PARENT = `
nodes:
  - { id: kept, type: script, config: { script: "payload" }, next: started }
  - { id: started, type: async, config: { flow: child, payload: "{{kept}}" }, next: answered }
  - { id: answered, type: http_response, config: { body: "{{kept}}" } }
triggers: [{ type: event, event_type: parent }]
`;

/** Its second try goes on behind a step that was read from the log. */
const TRIED_AGAIN = `
config: { retry_policy: { max_attempts: 2, initial_delay: 10ms } }
nodes:
  - { id: kept, type: script, config: { script: "payload" }, next: fails }
  - { id: fails, type: script, config: { script: "throw kept.text" } }
triggers: [{ type: event, event_type: again }]
`;

const TEXTS = ["a", 'ein "Wort" und \\', "ü", "日本", "\u0000\n", '","textBytes":1,"body":"'];

test.each([
  ["large", 100_000],
  // Bytes, and yet written together with its event.
  ["middling", 10_000],
  ["small", 1],
])(
  "a %s payload is the answer, the duplicate's answer, the child's payload and what is shown, as it was sent",
  async (_size, times) => {
    const bundle = await createTestBundle({ "child.ygtc": CHILD, "parent.ygtc": PARENT });
    await using gateway = await TestGateway.start(bundle);
    const payload = { list: TEXTS.map((text) => text.repeat(times)) };
    const json = JSON.stringify(payload);
    const headers = { "content-type": "application/json", "idempotency-key": "one" };
    const first = await gateway.post("demo/parent", json, headers);
    expect([first.status, first.body === json]).toEqual([200, true]);
    const [{ id } = { id: "" }] = await gateway.events();
    const { response, runs } = await gateway.settled(id);
    expect(response.body).toEqual(payload);
    expect(new Map(runs.map(({ flow, status }) => [flow, status]))).toEqual(
      new Map([
        ["child", "succeeded"],
        ["parent", "succeeded"],
      ]),
    );
    const outputs = runs.flatMap(({ steps }) => steps.map(({ node, output }) => [node, output] as const));
    expect(new Map(outputs)).toEqual(
      new Map<string, unknown>([
        ["kept", payload],
        ["started", { flow: "child" }],
        ["answered", { status: 200, headers: { "content-type": "application/json" }, body: payload }],
        ["seen", payload],
      ]),
    );
    const again = await gateway.post("demo/parent", json, headers);
    expect([again.status, again.body === json]).toEqual([200, true]);
    expect(gateway.faults).toEqual([]);
    await bundle.remove();
  },
);

test("a run goes on with the large output of a step that it did before", async () => {
  const bundle = await createTestBundle({ "again.ygtc": TRIED_AGAIN });
  await using gateway = await TestGateway.start(bundle);
  const text = "ü".repeat(300_000);
  const headers = { "content-type": "application/json" };
  const { event_id: id } = (await gateway.post("demo/again", JSON.stringify({ text: `${text} end` }), headers)).json();
  const { runs } = await gateway.settled(id);
  expect(runs[0]).toMatchObject({ status: "failed", attempt: 2 });
  expect(runs[0]!.steps.map(({ node, status }) => [node, status])).toEqual([
    ["kept", "succeeded"],
    ["fails", "failed"],
    ["fails", "failed"],
  ]);
  const [, one, two] = runs[0]!.steps.map(({ error }) => error);
  expect(two).toEqual(one);
  await bundle.remove();
});
