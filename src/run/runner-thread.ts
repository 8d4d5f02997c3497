/**
 * A runner: a worker thread that executes runs. It keeps compiled flows by content hash, works through the tasks in
 * the order in which they came, and hands what it found to main in few, larger messages. It never touches the log.
 * Between the steps of a long run the event loop turns, so that tasks that came meanwhile begin: a run waits for single
 * steps of others, not for their whole runs.
 * Runs whose payloads are large take turns, because each is held as a text, or as its values, until its run is over.
 * In memory that it shares with main stands the number of the task at work: a thread that dies or hangs cannot say it.
 */
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { parentPort, resourceLimits, workerData } from "node:worker_threads";
import {
  messageOf,
  MOST_BYTES_PER_BYTE,
  packText,
  RecentMap,
  systemClock,
  weightOfJson,
  yieldToOtherThreads,
} from "../base/index.ts";
import { listHeaderOf } from "../event/index.ts";
import { writeStep, type PlannedRun } from "../event-log/index.ts";
import { compileFlow, type CompiledFlow } from "../flow/index.ts";
import { executeRun, type RunHost } from "./execute-run.ts";
import { handOver, movedWith } from "./handed-over.ts";
import { runLimitsFor } from "./run-limits.ts";
import { unpackTasks } from "./sent-tasks.ts";
import { AT_WORK, IS_UP, type ChildStarted, type FromRunner, type RunTask, type ToRunner } from "./run-task.ts";

/** Messages wait at most this long for company. */
const POST_AFTER_MS = 1;
/** Nodes whose steps took long: before such a step everything that was found so far is handed over. */
const KNOWN_LONG_NODES = 1000;
/** What the payloads of open runs may take of the thread's memory as text and as values; a single larger one has it for itself. */
const HELD_SHARE = 1 / 4;
/** What takes less does not count: as many as can be open at once are within what is left of the memory. */
const LARGE_BYTES = 512 * 1024;
/** Where the processor is short, acknowledgements go before flows. */
const NICENESS = 2;

if (parentPort === null) throw new Error("runner-thread.ts only runs as a worker thread");
const port = parentPort;
yieldToOtherThreads(NICENESS);
const signals = new Int32Array(workerData as SharedArrayBuffer);
const { maxOldGenerationSizeMb: memoryMb = 512 } = resourceLimits;
const limits = runLimitsFor(memoryMb);
const heldBytesAtMost = memoryMb * 1024 * 1024 * HELD_SHARE;

const definitions = new Map<string, string>();
const compiled = new Map<string, CompiledFlow>();
const calls = new Map<number, (outcome: ChildStarted) => void>();
const longNodes = new RecentMap<string, true>(KNOWN_LONG_NODES);
/** Large runs that wait for their turn, in their order. */
const inLine: (() => void)[] = [];
let heldBytes = 0;
let nextCallId = 1;
let outbox: FromRunner[] = [];
let oldestAt = 0;

Atomics.store(signals, IS_UP, 1);
port.on("message", (message: ToRunner) => {
  switch (message.kind) {
    case "tasks":
      for (const hash of message.forget) forget(hash);
      for (const { hash, json } of message.definitions) definitions.set(hash, json);
      void runAll(unpackTasks(message.tasks), message.firstNumber);
      return;
    case "started":
      calls.get(message.callId)?.(message.outcome);
      calls.delete(message.callId);
      return;
    default:
      message satisfies never;
  }
});

/** Runs that began with it hold it themselves. */
function forget(hash: string): void {
  definitions.delete(hash);
  compiled.delete(hash);
}

async function runAll(tasks: readonly RunTask[], firstNumber: number): Promise<void> {
  // Runs that wait for a child's start do not hold up the others: each is awaited at the end only.
  const open = tasks.map((task, index) => {
    const bytes = payloadBytes(task);
    const number = firstNumber + index;
    Atomics.store(signals, AT_WORK, number);
    // Before a large one waits for its turn: until then the thread may have been told to forget it.
    const flow = flowOf(task.run.flowHash);
    return bytes < LARGE_BYTES ? runOne(task, flow, number) : runLarge(task, flow, number, bytes);
  });
  await Promise.all(open);
  post();
}

/** At most: how large a compressed body is shows when it is undone, and few bytes may be many values. */
function payloadBytes({ envelope, run, maxPayloadBytes }: RunTask): number {
  if (run.payloadJson !== undefined) return heldFor(Buffer.from(run.payloadJson));
  const isPlain = listHeaderOf(envelope.headers, "content-encoding") === undefined;
  return isPlain ? heldFor(envelope.rawBody) : maxPayloadBytes;
}

function heldFor(json: Uint8Array): number {
  const most = json.length * MOST_BYTES_PER_BYTE;
  return most < LARGE_BYTES ? most : json.length + weightOfJson(json);
}

async function runLarge(task: RunTask, flow: CompiledFlow | string, number: number, bytes: number): Promise<void> {
  while (!hasRoomFor(bytes)) await new Promise<void>((resolve) => inLine.push(resolve));
  heldBytes += bytes;
  try {
    await runOne(task, flow, number);
  } finally {
    heldBytes -= bytes;
    // One that finds no room yet goes to the end of the line, behind which nobody waits for long.
    for (const look of inLine.splice(0)) look();
  }
}

function hasRoomFor(bytes: number): boolean {
  return heldBytes === 0 || heldBytes + bytes <= heldBytesAtMost;
}

async function runOne(task: RunTask, flow: CompiledFlow | string, number: number): Promise<void> {
  const runId = task.run.id;
  Atomics.store(signals, AT_WORK, number);
  if (typeof flow === "string") {
    const error = { code: "unknown-flow", message: flow, retryable: false };
    send({ kind: "over", runId, steps: [], end: { status: "failed", error } });
    return;
  }
  const { steps, end, answer } = await executeRun(task, flow, hostFor(task.run, number), limits);
  const over = { kind: "over", runId, steps: steps.map(writeStep), end } as const;
  send(answer === undefined ? over : { ...over, answer: handOver(answer) });
}

function hostFor({ id: runId, flowHash }: PlannedRun, number: number): RunHost {
  return {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic(),
    random: () => Math.random(),
    atWork: (node) => {
      Atomics.store(signals, AT_WORK, number);
      if (outbox.length > 0 && longNodes.get(`${flowHash} ${node}`) === true) post();
    },
    tookLong: (node) => void longNodes.set(`${flowHash} ${node}`, true),
    pause: () => {
      post();
      return turnOfTheLoop();
    },
    progress: (done, answer) => {
      const progress = { kind: "progress", runId, steps: done.map(writeStep) } as const;
      send(answer === undefined ? progress : { ...progress, answer: handOver(answer) });
      // The run goes on and may keep this thread busy; the sender waits.
      if (answer !== undefined) post();
    },
    start: ({ flow, payloadJson, step }) => {
      const callId = nextCallId++;
      const child = { flow, payloadJson: packText(payloadJson), step };
      send({ kind: "start", runId, callId, child });
      post();
      return new Promise((resolve) => calls.set(callId, resolve));
    },
  };
}

/** The flow, or why there is none: what another gtc stored may be beyond this one. */
function flowOf(hash: string): CompiledFlow | string {
  const known = compiled.get(hash);
  if (known !== undefined) return known;
  const json = definitions.get(hash);
  if (json === undefined) return "The run's flow definition is missing.";
  try {
    const flow = compileFlow(json);
    compiled.set(hash, flow);
    return flow;
  } catch (fault) {
    return `The run's flow definition cannot be used: ${messageOf(fault)}`;
  }
}

function send(message: FromRunner): void {
  const now = systemClock.monotonic();
  if (outbox.length === 0) oldestAt = now;
  outbox.push(message);
  if (now - oldestAt >= POST_AFTER_MS) post();
}

function post(): void {
  if (outbox.length === 0) return;
  port.postMessage(outbox, movedWith(outbox));
  outbox = [];
}
