/** One runner thread for all: a long run of many steps does not keep short ones waiting. */
import { afterEach, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

let bundle: TestBundle;
afterEach(() => bundle.remove());

const STEPS = 300;
/** Each step is some milliseconds of work. */
const LONG = `
config: { timeout: 60s }
nodes:
${Array.from({ length: STEPS }, (_, n) => {
  const next = n + 1 < STEPS ? `step${n + 1}` : "end";
  const script = "let sum = 0; for i in 0..60000 { sum += i % 7; } sum";
  return `  - { id: step${n}, type: script, config: { script: "${script}" }, next: ${next} }`;
}).join("\n")}
triggers: [{ type: event, event_type: long }]
`;
const SHORT = `
nodes: [{ id: respond, type: http_response, config: { headers: { x-event: "{{event.id}}" }, body: "{{payload.n}}" } }]
triggers: [{ type: event, event_type: short }]
`;

test("short runs are answered while a long one is at work, and the long one loses nothing by it", async () => {
  bundle = await createTestBundle({ "long.ygtc": LONG, "short.ygtc": SHORT });
  await using gateway = await TestGateway.start(bundle, { runners: "1" });
  // The thread has begun and knows both flows.
  expect((await gateway.post("demo/short", '{"n":0}')).body).toBe("0");
  const long = await gateway.post("demo/long", "{}");
  const ids: unknown[] = [];
  for (let n = 1; n <= 3; n++) {
    const answer = await gateway.post("demo/short", JSON.stringify({ n }));
    expect([answer.status, answer.body]).toEqual([200, String(n)]);
    ids.push(answer.headers["x-event"]);
  }
  const endOf = async (id: unknown): Promise<number> => {
    const [run] = (await gateway.settled(id)).runs;
    expect(run).toMatchObject({ status: "succeeded", attempt: 1 });
    return Date.parse(run!.ended_at ?? "");
  };
  const shorts = await Promise.all(ids.map(endOf));
  expect(Math.max(...shorts)).toBeLessThan(await endOf(long.json()["event_id"]));
  expect((await gateway.event(long.json()["event_id"])).runs[0]!.steps).toHaveLength(STEPS);
}, 60_000);
