import fc from "fast-check";
import { expect, test } from "vitest";
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
  steps: fc.array(step),
  maxPayloadBytes: fc.nat(),
});

test("a thread gets its tasks as they were sent", () => {
  fc.assert(
    fc.property(fc.array(task), (tasks) => {
      const sent = packTasks(tasks);
      const arrived = structuredClone(sent, { transfer: sent.bodies.map((body) => body.buffer) });
      expect(unpackTasks(arrived)).toEqual(tasks);
    }),
  );
});

test("no more than the bodies goes over, and the sender keeps its own", () => {
  const whole = new Uint8Array(64 * 1024).fill(7);
  const [drawn] = fc.sample(task, { seed: 1, numRuns: 1 });
  const rawBody = whole.subarray(10, 13);
  const { bodies } = packTasks([{ ...drawn!, envelope: { ...drawn!.envelope, rawBody } }]);
  expect(bodies.map((body) => body.buffer.byteLength)).toEqual([3]);
  expect(bodies[0]!.buffer).not.toBe(whole.buffer);
});
