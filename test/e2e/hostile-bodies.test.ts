/** Bodies that are chosen to be hard to read: their events are stored, run and shown like others, or refused with the reason. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const FLOW = `
nodes:
  - id: look
    type: branch
    config: { conditions: [{ expression: "event.payload.id == 12345678901234567", next: read }], default: read }
  - { id: read, type: script, config: { script: "type_of(payload.value)" }, next: write }
  - { id: write, type: template, config: { template: "{{prev}} {{event.payload.id}}" } }
triggers: [{ type: event, event_type: hostile }]
`;
const LONG = 4_000_000;

let bundle: TestBundle;
let gateway: TestGateway;

beforeAll(async () => {
  bundle = await createTestBundle(
    { "f.ygtc": FLOW },
    { signatures: { signed: { header: "x-sig", algorithm: "sha256", secret: "a secret of some length" } } },
  );
  gateway = await TestGateway.start(bundle);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

// A pattern that goes back over the digits would take hours for these, one that needs a place on the stack for each fails.
test.each([
  ["a number of millions of digits", `{"value":${"9".repeat(LONG)},"id":12345678901234567}`, "f64"],
  ["one with a fraction", `{"value":${"9".repeat(LONG)}.5,"id":12345678901234567}`, "f64"],
  ["a string of nothing but escapes", `{"value":"${"\\n".repeat(LONG)}","id":12345678901234567}`, "string"],
  ["hundreds of thousands of containers", `{"value":[${"[],".repeat(300_000)}1],"id":12345678901234567}`, "array"],
])("%s: its flow runs, and it is shown", async (_what, body, type) => {
  const answer = await gateway.post("demo/hostile", body);
  expect(answer.status).toBe(202);
  const id = answer.json()["event_id"] as string;
  const { event, runs } = await gateway.settled(id);
  expect([event.status, runs[0]!.steps.at(-1)!.output]).toEqual(["done", `${type} 12345678901234567`]);
  expect((await gateway.api(`events/${id}`)).status).toBe(200);
});

test.each([
  ["empty objects", "{}"],
  ["lists in one another", "[".repeat(50) + "]".repeat(50)],
])(
  "a body that as values is more than a runner's memory (%s): its run fails and says so, and nothing else ends",
  async (_what, item) => {
    const body = `[${Array<string>(Math.floor(24_000_000 / (item.length + 1)))
      .fill(item)
      .join(",")}]`;
    const answer = await gateway.post("demo/hostile", body);
    expect(answer.status).toBe(202);
    const { runs } = await gateway.settled(answer.json()["event_id"]);
    expect(runs[0]).toMatchObject({ status: "failed", attempt: 1 });
    expect(runs[0]!.error!.message).toContain("of memory; a run has 256 MiB for them, half of `runner_memory_mb`.");
  },
);

test("JSON that nests too deep is refused with the depth, and can be looked at", async () => {
  const deep = "[".repeat(9000) + "]".repeat(9000);
  const answer = await gateway.post("demo/hostile", deep);
  expect(answer.status).toBe(400);
  const shown = (await (await gateway.api(`events/${String(answer.json()["event_id"])}`)).json()) as Record<
    string,
    unknown
  >;
  expect(JSON.stringify(shown)).toContain("nests more than 500 levels deep, at byte 500 of 18000");
  expect(shown["body"]).toMatchObject({ text: deep, payload: null });
});

test("a refused request with such a body can be looked at", async () => {
  const deep = "[".repeat(9000) + "]".repeat(9000);
  expect((await gateway.post("demo/signed", deep)).status).toBe(401);
  const [refusal] = await gateway.refusals();
  const shown = await gateway.api(`refused/${String(refusal!["id"])}`);
  expect([shown.status, ((await shown.json()) as { body: { text: string } }).body.text]).toEqual([200, deep]);
});
