/** One try of one run, in this thread, with a host that the test plays. */
import { expect, test } from "vitest";
import { compileFlow, loadFlows } from "../flow/index.ts";
import { executeRun, type RunHost } from "./execute-run.ts";
import { RUN_LIMITS } from "./run-limits.ts";
import type { ChildRequest, RunTask } from "./run-task.ts";

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

test.each([
  ["fits", 4, [{ ok: true }], { status: "succeeded" }],
  ["would not fit into the log", 5, [], { status: "failed", error: { code: "output-too-large", node: "child" } }],
])("a child whose payload %s", async (_what, chars, starts, end) => {
  const { flows } = loadFlows([{ path: "flows/parent.ygtc", text: PARENT }]);
  const started: { readonly ok: true }[] = [];
  const host: RunHost = {
    now: () => 0,
    monotonic: () => 0,
    random: () => 0,
    atWork: () => undefined,
    tookLong: () => undefined,
    pause: async () => undefined,
    progress: () => undefined,
    start: async (_child: ChildRequest) => {
      started.push({ ok: true });
      return { ok: true };
    },
  };
  const limits = { ...RUN_LIMITS, maxChildPayloadChars: 4 };
  const flow = compileFlow(flows.all[0]!.definitionJson);
  expect((await executeRun(taskOf("1".repeat(chars)), flow, host, limits)).end).toMatchObject(end);
  expect(started).toEqual(starts);
});
