/** Runs that begin before their event is stored, on the embedded log and its disk, with a pool that the test plays. */
import { afterEach, expect, test } from "vitest";
import type { Envelope } from "../event/index.ts";
import { openEmbeddedLog } from "../event-log/embedded/index.ts";
import { testFolder, type TestFolder } from "../event-log/embedded/test-folder.contract.ts";
import type { EarlyRuns, EventLog, PlannedRun } from "../event-log/index.ts";
import { loadFlows } from "../flow/index.ts";
import { ReplyDesk } from "../reply/index.ts";
import type { RunEnd, RunnerPool, RunTask } from "../run/index.ts";
import { Dispatcher, type PoolCallbacks } from "./dispatcher.ts";

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const SUCCEEDED: RunEnd = { status: "succeeded" };
/** Takes a while to be read. */
const LARGE = new Uint8Array(30_000_000);
const folders: TestFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder[Symbol.dispose]();
});

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turnOfTheLoop();
}

function envelope(id: string, rawBody = new Uint8Array([1])): Envelope {
  const now = { receivedAtMs: Date.now(), method: "POST", target: "/", headers: [], remoteAddress: "", rawBody };
  return { id, tenant: "demo", eventType: "f", ...now, verdict: { status: "unsigned" } };
}

function plan(id: string, eventId: string, more: Partial<PlannedRun> = {}): PlannedRun {
  return { id, eventId, tenant: "demo", flow: "f", flowHash: "h", startNode: "a", createdAtMs: Date.now(), ...more };
}

/** A log, and a dispatcher that has run the flow once; `event-0` is stored, with this body. */
class Bench {
  readonly log: EventLog;
  readonly dispatcher: Dispatcher;
  /** By the order in which threads got them. */
  readonly begun: string[] = [];
  #callbacks!: PoolCallbacks;

  private constructor(log: EventLog, maxOpenRuns: number) {
    this.log = log;
    const options = { log, replies: new ReplyDesk(), clock, newId: () => "id", flows: () => loadFlows([]).flows };
    const limits = {
      workerId: "w",
      maxOpenRuns,
      maxChildDepth: 8,
      maxChildRuns: 100,
      leaseMs: 1e9,
      maxPayloadBytes: 1000,
    };
    this.dispatcher = new Dispatcher({ ...options, ...limits }, (callbacks) => {
      this.#callbacks = callbacks;
      const submit = (tasks: readonly RunTask[]): void => void this.begun.push(...tasks.map(({ run }) => run.id));
      return { submit, [Symbol.asyncDispose]: async () => undefined } as unknown as RunnerPool;
    });
  }

  static async open(maxOpenRuns = 1000, body?: Uint8Array<ArrayBuffer>): Promise<Bench> {
    const folder = testFolder();
    folders.push(folder);
    const log = await openEmbeddedLog({ folder: folder.path });
    await log.record([{ type: "flow_stored", hash: "h", definitionJson: "{}" }]);
    await log.append({ envelope: envelope("event-0", body), runs: [plan("run-0", "event-0")] });
    const bench = new Bench(log, maxOpenRuns);
    await until(() => bench.begun.length === 1);
    bench.over("run-0", SUCCEEDED);
    await until(() => bench.dispatcher.openRuns === 0);
    return bench;
  }

  /** Stores an event whose run begins early. */
  append(name: string, wrap = (early: EarlyRuns): EarlyRuns => early): Promise<unknown> {
    const stored = envelope(`event-${name}`);
    const run = plan(`run-${name}`, stored.id);
    return this.log.append({ envelope: stored, runs: [run], early: wrap(this.dispatcher.early(run, stored)) });
  }

  over(runId: string, end: RunEnd): void {
    this.#callbacks.onOver({ kind: "over", runId, steps: [], end });
  }

  progress(runId: string): void {
    this.#callbacks.onProgress({ kind: "progress", runId, steps: [] });
  }

  /** Asks for a child; resolves with the answer. */
  startsChild(runId: string): Promise<{ readonly ok: boolean }> {
    const step = { type: "step_done", runId } as never;
    const child = { flow: "g", payloadJson: "{}", step };
    return new Promise((reply) => this.#callbacks.onStart({ kind: "start", runId, callId: 1, child }, reply));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispatcher[Symbol.asyncDispose]();
    await this.log[Symbol.asyncDispose]();
  }
}

const MINUTE: RunEnd = {
  status: "waiting",
  error: { code: "x", message: "later", retryable: true },
  delayMs: 60_000,
};

test.each<[string, RunEnd, "reports nothing" | "reports a step"]>([
  ["ends", SUCCEEDED, "reports nothing"],
  ["is to wait a minute", MINUTE, "reports nothing"],
  ["ends", SUCCEEDED, "reports a step"],
])("a run that %s while a claim reads another run is not handed out again", async (_what, end, reports) => {
  await using bench = await Bench.open(1000, LARGE);
  const child = plan("child", "event-0", { parentRunId: "run-0", payloadJson: "{}" });
  // The child is queued in the batch of the event, as when another run of that moment starts one.
  const appended = bench.append("a", (early) => ({
    begin: () => early.begin()?.then((facts) => (void bench.log.record([{ type: "run_queued", run: child }]), facts)),
    stored: () => early.stored(),
    rejected: (error) => early.rejected(error),
  }));
  if (reports === "reports a step") {
    await until(() => bench.begun.includes("run-a"));
    bench.progress("run-a");
  }
  await appended;
  await turnOfTheLoop();
  await turnOfTheLoop();
  bench.over("run-a", end);
  await until(() => bench.begun.includes("child"));
  expect(bench.begun.filter((id) => id === "run-a")).toEqual(["run-a"]);
});

test("never more runs are open than may be, also while a claim reads those that wait in the log", async () => {
  await using bench = await Bench.open(4, new Uint8Array(5_000_000));
  const children = Array.from({ length: 4 }, (_, n) => plan(`child-${n}`, "event-0", { parentRunId: "run-0" }));
  await bench.log.record(children.map((run) => ({ type: "run_queued", run }) as const));
  await turnOfTheLoop();
  await turnOfTheLoop();
  const appended = Array.from({ length: 4 }, (_, n) => bench.append(`early-${n}`));
  let most = 0;
  while (!children.every(({ id }) => bench.begun.includes(id))) {
    await turnOfTheLoop();
    most = Math.max(most, bench.dispatcher.openRuns);
    for (const id of bench.begun) if (id.startsWith("run-early")) bench.over(id, SUCCEEDED);
  }
  await Promise.all(appended);
  expect(most).toBeLessThanOrEqual(4);
});

test("a run whose event is not stored counts as open until its thread is done, and is answered when it starts a child", async () => {
  await using bench = await Bench.open();
  const early = bench.dispatcher.early(plan("run-a", "event-a"), envelope("event-a"));
  await early.begin();
  early.rejected(new Error("the disk is full"));
  expect(await bench.startsChild("run-a")).toMatchObject({ ok: false, retryable: true });
  expect(bench.dispatcher.openRuns).toBe(1);
  bench.over("run-a", SUCCEEDED);
  expect(bench.dispatcher.openRuns).toBe(0);
});

test("a log that closes while an event is held rejects it, and its run leaves nothing open", async () => {
  const bench = await Bench.open();
  const appended = bench.append("a");
  const closing = bench.log[Symbol.asyncDispose]();
  await expect(appended).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
  await closing;
  bench.over("run-a", SUCCEEDED);
  expect(bench.dispatcher.openRuns).toBe(0);
  await bench.dispatcher[Symbol.asyncDispose]();
});
