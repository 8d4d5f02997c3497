/** One try of one run, in this thread, with a host that the test plays. */
import { expect, test } from "vitest";
import { compileFlow, loadFlows, type CompiledFlow } from "../flow/index.ts";
import type { StepDone } from "../event-log/index.ts";
import { NULL_OUTPUT, type Outcome } from "../nodes/index.ts";
import { executeRun, type RunHost } from "./execute-run.ts";
import { RUN_LIMITS } from "./run-limits.ts";
import type { ChildRequest, ChildStarted, RunTask } from "./run-task.ts";

const PARENT = `
nodes: [{ id: child, type: async, config: { flow: parent } }]
triggers: [{ type: event, event_type: parent }]
`;

function taskOf(body: string): RunTask {
  const now = { receivedAtMs: 0, method: "POST", target: "/", headers: [], remoteAddress: "" };
  const rawBody = Buffer.from(body);
  const envelope = { id: "e", tenant: "demo", eventType: "parent", ...now, rawBody, verdict: { status: "unsigned" } };
  const plan = { id: "r", eventId: "e", tenant: "demo", flow: "parent", flowHash: "h", startNode: "child" };
  const counts = { attempt: 1, failedTries: 0, maxPayloadBytes: 1000 };
  return { run: { ...plan, createdAtMs: 0 }, envelope, ...counts, steps: [] } as RunTask;
}

/** A host on which nothing takes time and every child starts. */
const HOST: RunHost = {
  now: () => 0,
  monotonic: () => 0,
  random: () => 0,
  atWork: () => undefined,
  tookLong: () => undefined,
  pause: async () => undefined,
  progress: () => undefined,
  start: async () => ({ ok: true }),
};

function compiled(text: string): CompiledFlow {
  return compileFlow(loadFlows([{ path: "flows/parent.ygtc", text }]).flows.all[0]!.definitionJson);
}

test.each([
  ["fits", 4, ["parent"], { status: "succeeded" }],
  ["would not fit into the log", 5, [], { status: "failed", error: { code: "output-too-large", node: "child" } }],
])("a child whose payload %s", async (_what, chars, starts, end) => {
  const started: string[] = [];
  const start = async ({ flow }: ChildRequest): Promise<ChildStarted> => {
    started.push(flow);
    return { ok: true };
  };
  const limits = { ...RUN_LIMITS, maxChildPayloadChars: 4 };
  const result = await executeRun(taskOf("1".repeat(chars)), compiled(PARENT), { ...HOST, start }, limits);
  expect(result.end).toMatchObject(end);
  expect(started).toEqual(starts);
});

const TWO_STEPS = `
config: { timeout: 30s }
nodes:
  - { id: child, type: script, config: { script: "1" }, next: second }
  - { id: second, type: script, config: { script: "2" } }
triggers: [{ type: event, event_type: parent }]
`;

test("runs of one batch that wait for each other's steps are not over their time by that", async () => {
  let nowMs = 0;
  const now = (): number => nowMs;
  const durations: number[] = [];
  const progress = (steps: readonly StepDone[]): void => void durations.push(...steps.map((step) => step.durationMs));
  const host = { ...HOST, now, monotonic: now, progress };
  const quick = compiled(TWO_STEPS);
  // Every step takes ten seconds of the thread that they share.
  const execute = (): Outcome => {
    nowMs += 10_000;
    return { kind: "done", output: NULL_OUTPUT };
  };
  const flow: CompiledFlow = { ...quick, node: (id) => ({ ...quick.node(id)!, compiled: { execute } }) };
  const batch = Array.from({ length: 10 }, () => executeRun(taskOf("1"), flow, host));
  const results = await Promise.all(batch);
  expect(results.map(({ end }) => end)).toEqual(batch.map(() => ({ status: "succeeded" })));
  // Nor is that shown as time that a step took.
  for (const { steps } of results) durations.push(...steps.map((step) => step.durationMs));
  expect(durations).toEqual(Array.from({ length: 20 }, () => 10_000));
});

const TIMED = `
config: { timeout: 30s }
nodes:
  - { id: child, type: script, config: { script: "let n = 0; while n < 100000 { n += 1; } n" }, timeout: 10s, next: second }
  - { id: second, type: script, config: { script: "2" } }
triggers: [{ type: event, event_type: parent }]
`;
const HOUR_MS = 3_600_000;

test("a wall clock that is set forward in the middle of a run takes none of its time", async () => {
  let nowMs = 0;
  const host = { ...HOST, now: () => (nowMs += HOUR_MS) };
  expect((await executeRun(taskOf("1"), compiled(TIMED), host)).end).toEqual({ status: "succeeded" });
});

test("one that is set back gives it none", async () => {
  let [nowMs, passedMs] = [100 * HOUR_MS, 0];
  const host = { ...HOST, now: () => (nowMs -= HOUR_MS), monotonic: () => (passedMs += 1000) };
  const limits = { ...RUN_LIMITS, pauseAfterMs: Number.POSITIVE_INFINITY };
  expect((await executeRun(taskOf("1"), compiled(TIMED), host, limits)).end).toMatchObject({
    status: "waiting",
    error: { code: "script-deadline" },
  });
});

test("`on_error: end` ends a run whose step used up the flow's time", async () => {
  let passedMs = 0;
  const host = { ...HOST, monotonic: () => (passedMs += 1000) };
  const flow = compiled(`
config: { timeout: 5s, retry_policy: { max_attempts: 1 } }
nodes: [{ id: child, type: script, config: { script: "let n = 0; while n < 100000 { n += 1; } n" }, on_error: end }]
triggers: [{ type: event, event_type: parent }]
`);
  const limits = { ...RUN_LIMITS, pauseAfterMs: Infinity, flushAfterMs: Infinity };
  const { end, steps } = await executeRun(taskOf("1"), flow, host, limits);
  expect(steps.map(({ node, error }) => [node, error?.code])).toEqual([
    ["child", "script-deadline"],
    ["end", undefined],
  ]);
  expect(end).toEqual({ status: "succeeded" });
});
