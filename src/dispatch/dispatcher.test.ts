/** The dispatcher on the log of the tests, with a pool that the test plays. */
import { expect, test } from "vitest";
import { GtcError } from "../base/index.ts";
import type { Envelope } from "../event/index.ts";
import type { EarlyRuns, EventLog, NewFact, PlannedRun, StepDone } from "../event-log/index.ts";
import { createMemoryLog } from "../event-log/memory/index.ts";
import { loadFlows } from "../flow/index.ts";
import { ReplyDesk } from "../reply/index.ts";
import type { RunEnd, RunnerPool, RunOverMessage, RunTask } from "../run/index.ts";
import { Dispatcher, type PoolCallbacks } from "./dispatcher.ts";

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const NEVER = new Promise<never>(() => undefined);
const run: PlannedRun = {
  id: "run-1",
  eventId: "event-1",
  tenant: "demo",
  flow: "f",
  flowHash: "h",
  startNode: "a",
  createdAtMs: 0,
};

/** A log that refuses facts of one type, or all, as long as `isRefusing`. */
function refusing(
  log: EventLog,
  type: NewFact["type"] | "all",
  fault = new GtcError("GTC_LOG_UNAVAILABLE", { detail: "full" }),
): { log: EventLog; state: { isRefusing: boolean } } {
  const state = { isRefusing: true };
  const record = (facts: readonly NewFact[]): Promise<void> =>
    state.isRefusing && (type === "all" || facts.some((fact) => fact.type === type))
      ? Promise.reject(fault)
      : log.record(facts);
  const wrapped = new Proxy(log, { get: (target, name) => (name === "record" ? record : bound(target, name)) });
  return { log: wrapped, state };
}

function bound(target: EventLog, name: string | symbol): unknown {
  const member = Reflect.get(target, name) as unknown;
  return typeof member === "function" ? (member.bind(target) as unknown) : member;
}

/** Starts a dispatcher whose pool hands each task to the test. */
function start(
  log: EventLog,
  leaseMs = 60_000,
): {
  tasks: RunTask[];
  callbacks: PoolCallbacks;
  dispatcher: Dispatcher;
  next: () => Promise<RunTask>;
  faults: string[];
  /** So many batches are not taken. */
  refuseTasks: (batches: number) => void;
} {
  const tasks: RunTask[] = [];
  const faults: string[] = [];
  let toRefuse = 0;
  let arrived: () => void = () => undefined;
  let callbacks!: PoolCallbacks;
  const dispatcher = new Dispatcher(
    {
      log,
      replies: new ReplyDesk(),
      clock,
      newId: () => "id",
      flows: () => loadFlows([]).flows,
      workerId: "w",
      maxOpenRuns: 1000,
      maxChildDepth: 8,
      maxChildRuns: 100,
      leaseMs,
      maxPayloadBytes: 1000,
      onFault: (what) => void faults.push(what),
    },
    (given) => {
      callbacks = given;
      const pool = {
        submit: (batch: readonly RunTask[]) => {
          if (toRefuse-- > 0) throw new RangeError("Array buffer allocation failed");
          tasks.push(...batch);
          arrived();
        },
        [Symbol.asyncDispose]: async () => undefined,
      };
      return pool as unknown as RunnerPool;
    },
  );
  const next = async (): Promise<RunTask> => {
    while (tasks.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
    return tasks.shift()!;
  };
  return { tasks, callbacks, dispatcher, next, faults, refuseTasks: (batches) => void (toRefuse = batches) };
}

/** @param receivedAtMs by default, the event comes after the dispatcher's start. */
async function logWithRun(receivedAtMs = Date.now() + 60_000): Promise<EventLog> {
  const log = createMemoryLog({ clock });
  const envelope = {
    id: "event-1",
    tenant: "demo",
    eventType: "f",
    receivedAtMs,
    method: "POST",
    target: "/",
    headers: [],
    remoteAddress: "",
    rawBody: new Uint8Array([1]),
    verdict: { status: "unsigned" },
  } as const;
  await log.append({ envelope, runs: [run] });
  return log;
}

function over(end: RunEnd): RunOverMessage {
  return { kind: "over", runId: "run-1", steps: [], end };
}

test("a run whose end cannot be recorded goes on from its last recorded step when the log takes facts again", async () => {
  const { log, state } = refusing(await logWithRun(), "run_ended");
  const { callbacks, dispatcher, next } = start(log);
  await next();
  callbacks.onOver(over({ status: "succeeded" }));
  const again = await next();
  expect(again.run.id).toBe("run-1");
  expect(again.attempt).toBe(1);
  state.isRefusing = false;
  callbacks.onOver(over({ status: "succeeded" }));
  await dispatcher.drain(NEVER);
  expect((await log.getEvent("event-1"))!.runs[0]!.status).toBe("succeeded");
  await dispatcher[Symbol.asyncDispose]();
});

test("a run whose steps do not fit into the log fails, instead of being tried for ever", async () => {
  const memory = await logWithRun();
  const { log } = refusing(memory, "written_steps", new GtcError("GTC_RECORD_TOO_LARGE", { limit: 9 }));
  const { callbacks, dispatcher, next } = start(log);
  await next();
  callbacks.onOver({ ...over({ status: "succeeded" }), steps: ["{}"] });
  await dispatcher.drain(NEVER);
  expect((await log.getEvent("event-1"))!.runs[0]).toMatchObject({
    status: "failed",
    error: { code: "output-too-large", message: expect.stringContaining("larger than one record") as string },
  });
  await dispatcher[Symbol.asyncDispose]();
});

test("a stop does not wait for a log that takes nothing: the run is the next start's", async () => {
  const { log } = refusing(await logWithRun(), "all");
  const { callbacks, dispatcher, next, faults } = start(log);
  await next();
  callbacks.onOver(over({ status: "succeeded" }));
  await expect.poll(() => faults).toEqual(["recording a run's end"]);
  await dispatcher.drain(NEVER);
  expect((await log.getEvent("event-1"))!.runs[0]!.status).toBe("queued");
  await dispatcher[Symbol.asyncDispose]();
});

test("steps behind one that could not be recorded are not recorded either: the run goes on without a gap", async () => {
  const { log, state } = refusing(await logWithRun(), "run_started");
  const { callbacks, dispatcher, next, faults } = start(log);
  await next();
  const step = (ordinal: number, node: string, next: string): string =>
    JSON.stringify({ type: "step_done", runId: "run-1", ordinal, node, status: "succeeded", outputJson: "1", next });
  callbacks.onProgress({ kind: "progress", runId: "run-1", steps: [step(0, "a", "b")] });
  await expect.poll(() => faults).toEqual(["recording steps"]);
  state.isRefusing = false;
  callbacks.onProgress({ kind: "progress", runId: "run-1", steps: [step(1, "b", "c")] });
  const child = { flow: "g", payloadJson: "1", step: JSON.parse(step(2, "c", "d")) as StepDone };
  const started = await new Promise((resolve) =>
    callbacks.onStart({ kind: "start", runId: "run-1", callId: 1, child }, resolve),
  );
  expect(started).toMatchObject({ ok: false, retryable: true });
  callbacks.onOver(over({ status: "succeeded" }));
  const again = await next();
  expect([again.attempt, again.steps]).toEqual([1, []]);
  await dispatcher[Symbol.asyncDispose]();
});

test("what a thread is told of failed tries leaves out those that a stop of the gateway cut off", async () => {
  const log = await logWithRun();
  const at = { type: "run_started", runId: "run-1", atMs: 0 } as const;
  await log.record([1, 2, 3].map((attempt) => ({ ...at, attempt })));
  const { callbacks, dispatcher, next } = start(log);
  expect(await next()).toMatchObject({ attempt: 4, failedTries: 0 });
  const error = { code: "script-threw", message: "no", retryable: true };
  callbacks.onOver(over({ status: "waiting", error, delayMs: 0 }));
  expect(await next()).toMatchObject({ attempt: 5, failedTries: 1 });
  callbacks.onOver(over({ status: "succeeded" }));
  await dispatcher.drain(NEVER);
  await dispatcher[Symbol.asyncDispose]();
});

test("a run whose tries ended with the process again and again has its turn behind all others, later each time", async () => {
  const log = await logWithRun(0);
  for (let attempt = 1; attempt <= 3; attempt++) {
    const { dispatcher, next } = start(log, 0);
    expect((await next()).attempt).toBe(attempt);
    // Known at once, as the process may end at once.
    await expect.poll(async () => (await log.getEvent("event-1"))!.runs[0]!.attempts).toBe(attempt);
    await dispatcher[Symbol.asyncDispose]();
  }
  const { dispatcher, next, callbacks, tasks } = start(log, 0);
  const waits = (await log.getEvent("event-1"))!.runs[0]!;
  await expect.poll(async () => (await log.getEvent("event-1"))!.runs[0]!.status).toBe("waiting");
  const { error, resumeAtMs } = (await log.getEvent("event-1"))!.runs[0]!;
  expect([tasks.length, error!.code, waits.attempts]).toEqual([0, "displaced", 3]);
  expect(resumeAtMs! - Date.now()).toBeGreaterThan(0);
  expect((await next()).attempt).toBe(4);
  callbacks.onOver(over({ status: "succeeded" }));
  await dispatcher.drain(NEVER);
  expect((await log.getEvent("event-1"))!.runs[0]!.status).toBe("succeeded");
  await dispatcher[Symbol.asyncDispose]();
});

test("a run that took its thread down too often is not tried again", async () => {
  const log = await logWithRun();
  const { callbacks, dispatcher, next } = start(log);
  for (let attempt = 1; attempt <= 5; attempt++) {
    expect((await next()).attempt).toBe(attempt);
    callbacks.onOver(
      over({ status: "waiting", error: { code: "crashed", message: "gone", retryable: true }, delayMs: 0 }),
    );
  }
  await dispatcher.drain(NEVER);
  expect((await log.getEvent("event-1"))!.runs[0]).toMatchObject({ status: "failed", error: { code: "crashed" } });
  await dispatcher[Symbol.asyncDispose]();
});

test("a run that is at work is not handed out again, even where its lease seems to be over", async () => {
  const log = await logWithRun();
  let claims = 0;
  let claimedAgain: () => void = () => undefined;
  const again = new Promise<void>((resolve) => (claimedAgain = resolve));
  const claim: EventLog["claim"] = async (request) => {
    const claimed = await log.claim(request);
    claims += claimed.length;
    if (claims === 3) claimedAgain();
    return claimed;
  };
  const watched = new Proxy(log, { get: (target, name) => (name === "claim" ? claim : bound(target, name)) });
  const { callbacks, dispatcher, next, tasks } = start(watched, 5);
  await next();
  await again;
  expect(tasks).toEqual([]);
  callbacks.onOver(over({ status: "succeeded" }));
  await dispatcher.drain(NEVER);
  expect((await log.getEvent("event-1"))!.runs[0]).toMatchObject({ status: "succeeded", attempts: 1 });
  await dispatcher[Symbol.asyncDispose]();
});

test("what is open at once is bounded by its bodies, too", async () => {
  const log = createMemoryLog({ clock });
  const rawBody = new Uint8Array(2 * 1024 * 1024);
  const { envelope } = (await logWithRun().then((one) => one.getEvent("event-1")))!;
  for (let n = 0; n < 70; n++) {
    const eventId = `event-${n}`;
    await log.append({ envelope: { ...envelope, id: eventId, rawBody }, runs: [{ ...run, id: `run-${n}`, eventId }] });
  }
  const { callbacks, dispatcher, next } = start(log);
  const first: RunTask[] = [];
  while (first.length < 64) first.push(await next());
  expect(dispatcher.openRuns).toBe(64);
  callbacks.onOver({ ...over({ status: "succeeded" }), runId: first[0]!.run.id });
  expect((await next()).run.id).toBe("run-64");
  await dispatcher[Symbol.asyncDispose]();
});

test.each(["claim", "flowDefinition"] as const)("a log that fails once in %s is asked again", async (method) => {
  const log = await logWithRun();
  let calls = 0;
  const failing = new Proxy(log, {
    get: (target, name) => {
      if (name !== method || calls > 0) return bound(target, name);
      calls += 1;
      return () => Promise.reject(new Error("too many open files"));
    },
  });
  const { callbacks, dispatcher, next } = start(failing);
  expect((await next()).run.id).toBe("run-1");
  expect(calls).toBe(1);
  callbacks.onOver(over({ status: "succeeded" }));
  await dispatcher.drain(NEVER);
  expect((await log.getEvent("event-1"))!.runs[0]!.status).toBe("succeeded");
  await dispatcher[Symbol.asyncDispose]();
});

test("a definition that cannot be read keeps nobody waiting whose flow is another", async () => {
  const log = await logWithRun();
  const { envelope } = (await log.getEvent("event-1"))!;
  const other = { ...run, id: "run-2", eventId: "event-2", flowHash: "readable" };
  await log.append({ envelope: { ...envelope, id: "event-2" }, runs: [other] });
  await log.record([{ type: "flow_stored", hash: "readable", definitionJson: "{}" }]);
  const failing = new Proxy(log, {
    get: (target, name) =>
      name !== "flowDefinition"
        ? bound(target, name)
        : (hash: string) => (hash === "h" ? Promise.reject(new Error("EIO")) : target.flowDefinition(hash)),
  });
  const { dispatcher, next, tasks } = start(failing);
  expect((await next()).run.id).toBe("run-2");
  await expect.poll(async () => (await log.getEvent("event-1"))!.runs[0]!.status).toBe("waiting");
  expect((await log.getEvent("event-1"))!.runs[0]).toMatchObject({
    attempts: 0,
    error: { code: "displaced", message: "EIO" },
  });
  expect(tasks).toEqual([]);
  await dispatcher[Symbol.asyncDispose]();
});

test("runs that are too large for one message together go to threads one by one", async () => {
  const log = await logWithRun();
  const { envelope } = (await log.getEvent("event-1"))!;
  await log.append({ envelope: { ...envelope, id: "event-2" }, runs: [{ ...run, id: "run-2", eventId: "event-2" }] });
  const { dispatcher, next, faults, refuseTasks } = start(log);
  refuseTasks(1);
  expect([(await next()).run.id, (await next()).run.id].sort()).toEqual(["run-1", "run-2"]);
  expect(faults).toEqual([]);
  await dispatcher[Symbol.asyncDispose]();
});

test("a stop while a run's definition cannot be read leaves the run in the log", async () => {
  const log = await logWithRun();
  const failing = new Proxy(log, {
    get: (target, name) =>
      name === "flowDefinition" ? () => Promise.reject(new Error("too many open files")) : bound(target, name),
  });
  const { tasks, dispatcher, faults } = start(failing);
  await expect.poll(() => faults).toContain("reading a flow's definition");
  await dispatcher.drain(NEVER);
  // Longer than it takes to ask again.
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(tasks).toEqual([]);
  expect((await log.getEvent("event-1"))!.runs[0]!.status).toBe("queued");
  await dispatcher[Symbol.asyncDispose]();
});

/** A dispatcher that knows the flow, and a run of it whose event is not stored yet. */
async function startEarly(): Promise<
  ReturnType<typeof start> & { log: EventLog; envelope: Envelope; early: EarlyRuns }
> {
  const log = await logWithRun();
  await log.record([{ type: "flow_stored", hash: "h", definitionJson: "{}" }]);
  const started = start(log);
  await started.next();
  started.callbacks.onOver(over({ status: "succeeded" }));
  await expect.poll(() => started.dispatcher.openRuns).toBe(0);
  const envelope = { ...(await log.getEnvelope("event-1"))!, id: "event-2" };
  const early = started.dispatcher.early({ ...run, id: "run-2", eventId: "event-2" }, envelope);
  return { ...started, log, envelope, early };
}

test("a run begins before its event is stored; what it has done is given to the log with the event", async () => {
  const { early, next, callbacks, dispatcher } = await startEarly();
  const facts = early.begin();
  expect((await next()).run.id).toBe("run-2");
  callbacks.onOver({ kind: "over", runId: "run-2", steps: ["{}"], end: { status: "succeeded" } });
  expect(await facts).toMatchObject([
    { type: "run_started", runId: "run-2", attempt: 1 },
    { type: "written_steps", runId: "run-2", steps: ["{}"] },
    { type: "run_ended", runId: "run-2", status: "succeeded" },
  ]);
  expect(dispatcher.openRuns).toBe(1);
  early.stored();
  await expect.poll(() => dispatcher.openRuns).toBe(0);
  await dispatcher[Symbol.asyncDispose]();
});

test("a run whose thread was lost before its event was stored waits for its next try like any other", async () => {
  const { early, next, callbacks, dispatcher, log, envelope } = await startEarly();
  const facts = early.begin();
  const { run: begun } = await next();
  const error = { code: "crashed", message: "gone", retryable: true };
  callbacks.onOver({ kind: "over", runId: "run-2", steps: [], end: { status: "waiting", error, delayMs: 0 } });
  const known = await facts!;
  await log.append({ envelope, runs: [begun] });
  await log.record(known);
  early.stored();
  const again = await next();
  expect([again.run.id, again.attempt]).toEqual(["run-2", 2]);
  await dispatcher[Symbol.asyncDispose]();
});

test("runs that no thread can be given, for want of memory, wait for another try", async () => {
  const log = await logWithRun();
  const { dispatcher, next, faults, refuseTasks } = start(log);
  refuseTasks(1);
  const again = await next();
  expect([again.run.id, again.attempt]).toEqual(["run-1", 1]);
  expect(faults).toEqual(["handing runs to a thread"]);
  await dispatcher[Symbol.asyncDispose]();
});

test("a run whose event could not be stored is gone: nothing of it is recorded, whatever its thread says yet", async () => {
  const { early, next, callbacks, dispatcher, log } = await startEarly();
  const before = await log.counts();
  const facts = early.begin();
  await next();
  callbacks.onProgress({ kind: "progress", runId: "run-2", steps: ["{}"] });
  await facts;
  early.rejected(new Error("the disk is full"));
  callbacks.onOver({ kind: "over", runId: "run-2", steps: [], end: { status: "succeeded" } });
  await dispatcher.drain(NEVER);
  expect(dispatcher.openRuns).toBe(0);
  expect(await log.counts()).toEqual(before);
  await dispatcher[Symbol.asyncDispose]();
});
