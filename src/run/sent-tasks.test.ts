import fc from "fast-check";
import { expect, test } from "vitest";
import { readText, type AnyText } from "../base/index.ts";
import type { Envelope } from "../event/index.ts";
import type { StepDone } from "../event-log/index.ts";
import type { RunTask } from "./run-task.ts";
import { packTasks, unpackTasks } from "./sent-tasks.ts";

/** Any text, half characters and names with a meaning of their own included. */
const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "constructor", "\uD800", "\u0000"));

const envelope: fc.Arbitrary<Envelope> = fc.record(
  {
    id: text,
    tenant: text,
    eventType: text,
    receivedAtMs: fc.nat(),
    method: text,
    target: text,
    headers: fc.array(fc.tuple(text, text)),
    remoteAddress: text,
    // Views into larger buffers, as requests are read.
    rawBody: fc.uint8Array({ minLength: 2 }).map((bytes) => bytes.subarray(1, bytes.length - 1)),
    verdict: fc.record({ status: fc.constant("verified"), scheme: text, keyName: text }),
    dedupe: fc.record({ value: text, source: text, signed: fc.boolean() }),
    providerType: text,
  },
  {
    requiredKeys: [
      "id",
      "tenant",
      "eventType",
      "receivedAtMs",
      "method",
      "target",
      "headers",
      "remoteAddress",
      "rawBody",
      "verdict",
    ],
  },
);

const step: fc.Arbitrary<StepDone> = fc.record({
  type: fc.constant("step_done"),
  runId: text,
  ordinal: fc.nat(),
  node: text,
  nodeType: text,
  attempt: fc.nat(),
  startedAtMs: fc.nat(),
  durationMs: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
  status: fc.constant("succeeded"),
  outputJson: fc.json(),
});

const task: fc.Arbitrary<RunTask> = fc.record({
  run: fc.record({
    id: text,
    eventId: text,
    tenant: text,
    flow: text,
    flowHash: text,
    startNode: text,
    createdAtMs: fc.nat(),
  }),
  envelope,
  attempt: fc.nat(),
  failedTries: fc.nat(),
  steps: fc.array(step),
  maxPayloadBytes: fc.nat(),
});

test("a thread gets its tasks as they were sent", () => {
  fc.assert(
    fc.property(fc.array(task), (tasks) => {
      const sent = packTasks(tasks);
      const arrived = structuredClone(sent, { transfer: sent.buffers.map(({ buffer }) => buffer) });
      expect(unpackTasks(arrived)).toEqual(tasks);
    }),
  );
});

test("large payloads and outputs are moved as they lie in the log, and read by the thread", () => {
  const large = (text: string): AnyText => {
    const literal = Buffer.from(`..${JSON.stringify(text)}..`);
    return { literal: literal.subarray(2, -2) };
  };
  fc.assert(
    fc.property(task, text, text, fc.array(step), ({ run, ...rest }, payloadJson, output, before) => {
      const last: StepDone = { ...before[0]!, type: "step_done", outputJson: output };
      const given = { ...rest, run: { ...run, payloadJson }, steps: [...before, last] };
      const unread = {
        ...given,
        run: { ...run, payloadJson: large(payloadJson) },
        steps: [...before, { ...last, outputJson: large(output) }],
      };
      const sent = packTasks([unread]);
      const arrived = structuredClone(sent, { transfer: sent.buffers.map(({ buffer }) => buffer) });
      expect(unpackTasks(arrived)).toEqual([given]);
      expect(readText(unread.run.payloadJson)).toBe(payloadJson);
    }),
  );
});

/** Tasks with bodies of these sizes, each a view into a larger buffer and filled with its own number. */
function tasksOf(sizes: readonly number[]): RunTask[] {
  const [drawn] = fc.sample(task, { seed: 1, numRuns: 1 });
  return sizes.map((size, index) => {
    const rawBody = new Uint8Array(size + 20).fill(index).subarray(10, 10 + size);
    return { ...drawn!, envelope: { ...drawn!.envelope, rawBody } };
  });
}

function sizesOf(sizes: readonly number[]): readonly number[] {
  return packTasks(tasksOf(sizes)).buffers.map(({ buffer }) => buffer.byteLength);
}

test("no more than the bodies goes over, and the sender keeps its own", () => {
  const tasks = tasksOf([3, 5]);
  const { buffers } = packTasks(tasks);
  expect(buffers.map(({ buffer }) => buffer.byteLength)).toEqual([8]);
  structuredClone(buffers, { transfer: buffers.map(({ buffer }) => buffer) });
  expect(tasks.map(({ envelope }) => envelope.rawBody.byteLength)).toEqual([3, 5]);
});

test("small bodies travel together, large ones alone, and none keeps many others", () => {
  const kib = 1024;
  expect(sizesOf([])).toEqual([]);
  expect(sizesOf([0])).toEqual([0]);
  expect(sizesOf([16 * kib, 17 * kib, 1])).toEqual([16 * kib + 1, 17 * kib]);
  expect(sizesOf(Array.from({ length: 17 }, () => 16 * kib))).toEqual([128 * kib, 128 * kib, 16 * kib]);
});

test("bodies of all sizes arrive as they were", () => {
  const tasks = tasksOf([0, 1, 16_384, 16_385, 200_000, 7, 16_000, 16_000, 16_000, 16_000, 16_000, 16_000, 16_000, 9]);
  const sent = packTasks(tasks);
  const arrived = structuredClone(sent, { transfer: sent.buffers.map(({ buffer }) => buffer) });
  expect(unpackTasks(arrived)).toEqual(tasks);
});
