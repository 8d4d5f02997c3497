/**
 * Many events at once on the embedded log, early runs and others, with retries, redeliveries, and a disk that is slow and
 * fails now and then; the pool is played. Whatever the order of things: an event is there when it was acknowledged and
 * only then, what was answered is recorded, steps stand in their order, and every run ends once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Envelope } from "../event/index.ts";
import { openEmbeddedLog } from "../event-log/embedded/index.ts";
import { openNodeJournalFile, type OpenJournalFile } from "../event-log/embedded/journal-file.ts";
import { testFolder } from "../event-log/embedded/test-folder.contract.ts";
import type { EventLog, PlannedRun } from "../event-log/index.ts";
import { loadFlows } from "../flow/index.ts";
import { ReplyDesk } from "../reply/index.ts";
import type { RunEnd, RunnerPool, RunTask } from "../run/index.ts";
import { seededRandom } from "../run/seeded-random.ts";
import { Dispatcher, type PoolCallbacks } from "./dispatcher.ts";

const EVENTS = 1000;
const MAX_OPEN = 40;
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** A disk whose writes take a while, and fail as long as it is told to. */
class Disk {
  slowMs = 0;
  fails = false;
  readonly open: OpenJournalFile = async (path, create) => {
    const file = await openNodeJournalFile(path, create);
    return {
      write: async (buffers, offset) => {
        if (this.slowMs > 0) await sleep(this.slowMs);
        if (this.fails) throw new Error("EIO");
        await file.write(buffers, offset);
      },
      truncate: (bytes) => file.truncate(bytes),
      close: () => file.close(),
    };
  };
}

/** Plays the runner threads: each run takes a few steps, some answer, some wait for another try. */
class PlayedPool {
  callbacks!: PoolCallbacks;
  /** Runs that were handed out while they were at work, or after they had ended. */
  readonly twice: string[] = [];
  readonly #pick: (below: number) => number;
  readonly #atWork = new Set<string>();
  readonly #ended = new Set<string>();

  constructor(pick: (below: number) => number) {
    this.#pick = pick;
  }

  readonly submit = (tasks: readonly RunTask[]): void => {
    for (const task of tasks) void this.#play(task);
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
  }

  async #play({ run: { id: runId }, steps, attempt }: RunTask): Promise<void> {
    if (this.#atWork.has(runId) || this.#ended.has(runId)) this.twice.push(runId);
    this.#atWork.add(runId);
    let ordinal = steps.length;
    const step = (): readonly string[] => [stepText(runId, ordinal++, attempt)];
    const answer = { status: 200, headers: {}, body: runId };
    await sleep(this.#pick(3) * this.#pick(9));
    const reports = this.#pick(3);
    for (let n = 0; n < reports; n++) {
      const message = { kind: "progress", runId, steps: step() } as const;
      this.callbacks.onProgress(this.#pick(2) === 0 ? message : { ...message, answer });
      if (this.#pick(2) === 0) await sleep(this.#pick(12));
    }
    this.#atWork.delete(runId);
    const isTriedAgain = this.#pick(6) === 0 && attempt < 3;
    if (!isTriedAgain) this.#ended.add(runId);
    const error = { code: "x", message: "later", retryable: true };
    const end: RunEnd = isTriedAgain ? { status: "waiting", error, delayMs: this.#pick(30) } : { status: "succeeded" };
    const over = { kind: "over", runId, steps: step(), end } as const;
    this.callbacks.onOver(reports > 0 ? over : { ...over, answer });
  }
}

function stepText(runId: string, ordinal: number, attempt: number): string {
  const fact = { type: "step_done", runId, ordinal, node: "a", nodeType: "script", status: "succeeded" };
  return JSON.stringify({ ...fact, outputJson: "1", attempt, startedAtMs: 1, durationMs: 1 });
}

function envelopeOf(id: string, key: string): Envelope {
  const now = { receivedAtMs: Date.now(), method: "POST", target: "/", headers: [], remoteAddress: "" };
  const dedupe = { value: key, source: "header:x", signed: false };
  const rawBody = Buffer.alloc(100);
  return { id, tenant: "demo", eventType: "f", ...now, rawBody, verdict: { status: "unsigned" }, dedupe };
}

/** Sends an event as ingress does. Resolves with what became of it. */
async function send(
  { log, dispatcher, replies }: { log: EventLog; dispatcher: Dispatcher; replies: ReplyDesk },
  envelope: Envelope,
  isEarly: boolean,
): Promise<"stored" | "duplicate" | "rejected" | "answered, but not recorded"> {
  const { id } = envelope;
  const plan = { id: `run-${id}`, eventId: id, tenant: "demo", flow: "f", flowHash: "h", startNode: "a" };
  const run: PlannedRun = { ...plan, createdAtMs: envelope.receivedAtMs };
  const reply = replies.expect(id, [run.id], 5000);
  const draft = { envelope, runs: [run] };
  try {
    const { kind } = await log.append(isEarly ? { ...draft, early: dispatcher.early(run, envelope) } : draft);
    if (kind === "duplicate") return (replies.cancel(id), kind);
    if ((await reply).kind !== "answer") return "stored";
    return (await log.getEvent(id))?.answer?.by === "flow" ? "stored" : "answered, but not recorded";
  } catch {
    return (replies.cancel(id), "rejected");
  }
}

test.each(["is sound", "fails now and then"])("on a disk that %s", async (what) => {
  const isSound = what === "is sound";
  const random = seededRandom(what);
  const pick = (below: number): number => Math.floor(random() * below);
  using folder = testFolder();
  const disk = new Disk();
  await using log = await openEmbeddedLog({ folder: folder.path, openFile: disk.open, segmentBytes: 200_000 });
  await log.record([{ type: "flow_stored", hash: "h", definitionJson: "{}" }]);
  const pool = new PlayedPool(pick);
  const replies = new ReplyDesk();
  const limits = {
    workerId: "w",
    maxOpenRuns: MAX_OPEN,
    maxChildDepth: 8,
    maxChildRuns: 100,
    leaseMs: 1e9,
    maxPayloadBytes: 1000,
  };
  const options = { log, replies, clock, newId: () => "id", flows: () => loadFlows([]).flows, ...limits };
  await using dispatcher = new Dispatcher(options, (callbacks) => {
    pool.callbacks = callbacks;
    return pool as unknown as RunnerPool;
  });
  const became: Promise<[string, string]>[] = [];
  for (let n = 0; n < EVENTS; n++) {
    const id = `event-${n}`;
    const key = pick(5) === 0 ? `key-${pick(n + 1)}` : `own-${n}`;
    const sent = send({ log, dispatcher, replies }, envelopeOf(id, key), pick(4) > 0);
    became.push(sent.then((outcome) => [id, outcome]));
    if (n % 10 === 0) await sleep(pick(6));
    if (n % 200 === 100) disk.slowMs = pick(30);
    if (!isSound && n % 200 === 150) disk.fails = true;
    if (n % 200 === 160) {
      // Until one that came meanwhile was rejected.
      if (disk.fails) await became.at(-5);
      disk.fails = false;
    }
  }
  disk.fails = false;
  const outcomes = await Promise.all(became);
  await expect.poll(async () => openRuns(log)).toBe(0);
  await dispatcher.drain(sleep(10_000));
  expect(dispatcher.openRuns).toBe(0);
  // Where a run's end could not be written down it goes on from its last recorded step.
  expect(isSound ? pool.twice : []).toEqual([]);
  expect(outcomes.some(([, outcome]) => outcome === "rejected")).toBe(!isSound);
  for (const [id, outcome] of outcomes) {
    const detail = await log.getEvent(id);
    expect(["stored", "duplicate", "rejected"]).toContain(outcome);
    expect(detail !== undefined, `${id} was ${outcome}`).toBe(outcome !== "rejected");
    for (const { steps, startedAtMs, status } of detail?.runs ?? []) {
      expect([status, startedAtMs === undefined], id).toEqual(["succeeded", false]);
      expect(
        steps.map(({ ordinal }) => ordinal),
        id,
      ).toEqual(steps.map((_, index) => index));
    }
  }
});

async function openRuns(log: EventLog): Promise<number> {
  const { queued, running, waiting } = (await log.counts()).runs;
  return queued + running + waiting;
}
