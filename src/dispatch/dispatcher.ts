/**
 * Takes due runs from the log and hands them to the runner threads; what the threads report goes to `RunReports`.
 *
 * Invariants:
 * 1. At most `maxOpenRuns` runs, and bodies of some size (`OpenRuns`), are claimed and not over; the rest waits in the log,
 *    not in memory.
 * 2. A run is handed out once at a time, also where the clock was set and its lease seems to be over.
 * 3. A run that begins before its event is stored is a run like any other; `early-run.ts` keeps the order.
 * 4. A run whose tries keep ending with the process waits, and leaves others their time (`CutOffRuns`).
 */
import { messageOf, type AnyText } from "../base/index.ts";
import type { Envelope } from "../event/index.ts";
import type { ClaimedRun, EarlyRuns, EventLog, PlannedRun } from "../event-log/index.ts";
import type { ReplyDesk } from "../reply/index.ts";
import type { ChildStarted, FromRunner, RunEnd, RunnerPool, RunOverMessage, RunTask } from "../run/index.ts";
import { ChildPlanner, type ChildPlannerOptions } from "./child-planner.ts";
import { CutOffRuns } from "./cut-off-runs.ts";
import { EarlyRun } from "./early-run.ts";
import { KnownDefinitions } from "./known-definitions.ts";
import { openRun } from "./open-run.ts";
import { OpenRuns } from "./open-runs.ts";
import { ASK_AGAIN_MS, RunClaims } from "./run-claims.ts";
import { RunReports, SHOW_RUNNING_AFTER_MS, type RunOver } from "./run-reports.ts";

export interface DispatcherOptions extends ChildPlannerOptions {
  readonly log: EventLog;
  readonly replies: ReplyDesk;
  readonly workerId: string;
  readonly maxOpenRuns: number;
  readonly leaseMs: number;
  readonly maxPayloadBytes: number;
  readonly onRunOver?: (over: RunOver) => void;
  readonly onFault?: (what: string, fault: unknown) => void;
}

/** When a run is tried again whose definition cannot be read. */
const UNREAD_AGAIN_MS = 10_000;
const OFTEN_CUT_OFF =
  "Its tries ended with the gateway's process several times; it waits, so that others have their time.";

export class Dispatcher implements AsyncDisposable {
  readonly #options: DispatcherOptions;
  readonly #pool: RunnerPool;
  readonly #open: OpenRuns;
  readonly #definitions: KnownDefinitions;
  readonly #claims: RunClaims;
  readonly #reports: RunReports;
  readonly #cutOff: CutOffRuns;
  readonly #sweep: NodeJS.Timeout;
  /** Begun in this turn of the loop: they go to a thread together. */
  #earlyTasks: RunTask<AnyText>[] = [];
  #stopped = false;

  /** `createPool` receives the callbacks that the pool must call. */
  constructor(options: DispatcherOptions, createPool: (callbacks: PoolCallbacks) => RunnerPool) {
    this.#options = options;
    const startedAtMs = options.clock.now();
    this.#pool = createPool({
      onProgress: (message) => this.#reports.progress(message),
      onStart: (message, reply) => this.#reports.start(message, reply),
      onOver: (message) => this.#reports.over(message),
    });
    this.#open = new OpenRuns(options.maxOpenRuns);
    this.#definitions = new KnownDefinitions(options);
    this.#cutOff = new CutOffRuns(startedAtMs);
    this.#claims = new RunClaims({
      ...options,
      room: () => this.#open.room,
      take: (claimed) => this.#hand(claimed),
    });
    this.#reports = new RunReports(options, {
      open: this.#open,
      children: new ChildPlanner(options),
      definitions: this.#definitions,
      startedAtMs,
      onOver: (over) => this.#isOver(over),
      onClosed: () => this.#claims.hasLeftWork && this.#claims.pump(),
    });
    this.#sweep = setInterval(() => this.#reports.showRunning(), SHOW_RUNNING_AFTER_MS);
    this.#sweep.unref();
    this.#claims.pump();
  }

  get openRuns(): number {
    return this.#open.size;
  }

  /** The event's only run, which begins before the event is stored if there is room for it. */
  early(run: PlannedRun, envelope: Envelope): EarlyRuns {
    const { log } = this.#options;
    const early: EarlyRun = new EarlyRun({
      begin: () => this.#beginEarly(run, envelope, early),
      stored: () => this.#isStored(run.id),
      rejected: () => this.#abandon(run.id),
      record: (facts) => log.record(facts),
    });
    return early;
  }

  #beginEarly(run: PlannedRun, envelope: Envelope, early: EarlyRun): boolean {
    // Nobody jumps the line of those that wait in the log.
    const hasRoom = !this.#claims.hasLeftWork && this.#open.room > this.#claims.asked;
    if (this.#stopped || !hasRoom || this.#definitions.get(run.flowHash) === undefined) return false;
    const task = this.#taskFor({ run, envelope, attempts: 0, failedTries: 0, steps: [], answered: false }, early);
    if (this.#earlyTasks.push(task) === 1) setImmediate(() => this.#handEarly());
    return true;
  }

  #handEarly(): void {
    const tasks = this.#earlyTasks;
    this.#earlyTasks = [];
    this.#submit(tasks);
  }

  #submit(tasks: readonly RunTask<AnyText>[]): void {
    try {
      this.#pool.submit(tasks, (hash) => this.#definitions.get(hash));
    } catch (fault) {
      const half = tasks.length >>> 1;
      if (half > 0) {
        // They would come again together, and be too large together for ever.
        this.#submit(tasks.slice(0, half));
        this.#submit(tasks.slice(half));
        return;
      }
      this.#options.onFault?.("handing runs to a thread", fault);
      this.#putOff(tasks, fault, ASK_AGAIN_MS);
    }
  }

  /** Runs that cannot be handed out wait for their next try, in the log; it costs them none. */
  #putOff(tasks: readonly RunTask<AnyText>[], because: unknown, delayMs: number): void {
    const error = { code: "displaced", message: messageOf(because), retryable: true };
    const end: RunEnd = { status: "waiting", error, delayMs };
    for (const { run } of tasks) this.#reports.over({ kind: "over", runId: run.id, steps: [], end });
  }

  #isStored(runId: string): void {
    const open = this.#open.get(runId);
    if (open !== undefined) open.early = undefined;
  }

  /** Its event is not there, and so is not the run; it counts as open until its thread is done with it. */
  #abandon(runId: string): void {
    const open = this.#open.get(runId);
    if (open !== undefined) open.isGone = true;
  }

  #stop(): void {
    this.#stopped = true;
    this.#claims.stop();
    this.#definitions.stop();
    this.#reports.stop();
  }

  /** Takes no new runs and waits until those that are open are over, at most until `timeIsOver` resolves. */
  async drain(timeIsOver: Promise<unknown>): Promise<void> {
    this.#stop();
    await Promise.race([timeIsOver, this.#open.untilEmpty()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    clearInterval(this.#sweep);
    await this.#pool[Symbol.asyncDispose]();
    await Promise.allSettled(this.#open.values().map((open) => open.recorded));
  }

  async #hand(claimed: readonly ClaimedRun[]): Promise<void> {
    const fresh = claimed.filter(({ run }) => !this.#open.has(run.id));
    const unread = new Map<string, unknown>();
    for (const hash of new Set(fresh.map(({ run }) => run.flowHash))) {
      const fault = await this.#definitions.load(hash);
      if (fault !== undefined) unread.set(hash, fault);
    }
    // A definition may not have come: such a run would fail for good. The next start claims them all.
    if (this.#stopped) return;
    const ready: RunTask<AnyText>[] = [];
    for (const item of fresh) {
      const fault = unread.get(item.run.flowHash);
      const delayMs = fault === undefined ? this.#cutOff.delayFor(item) : UNREAD_AGAIN_MS;
      const task = this.#taskFor(item);
      if (delayMs === undefined) ready.push(task);
      else this.#putOff([task], fault ?? OFTEN_CUT_OFF, delayMs);
    }
    this.#submit(ready);
    // Written down at once: if one of them ends the process, the next start knows how often that was.
    for (const task of ready) {
      const open = this.#open.get(task.run.id);
      if (open !== undefined && this.#cutOff.isSuspect(task)) this.#reports.showStart(open);
    }
  }

  #taskFor(claimed: ClaimedRun, early?: EarlyRun): RunTask<AnyText> {
    const { clock, maxPayloadBytes } = this.#options;
    const { run, envelope, steps, failedTries } = claimed;
    const open = openRun(claimed, clock, early);
    this.#open.add(open);
    return { run, envelope, attempt: open.attempt, failedTries, steps, maxPayloadBytes };
  }

  #isOver(over: RunOver): void {
    this.#options.onRunOver?.(over);
    if (over.end.status !== "waiting") this.#cutOff.forget(over.run.id);
  }
}

export interface PoolCallbacks {
  readonly onProgress: (message: Extract<FromRunner, { kind: "progress" }>) => void;
  readonly onStart: (message: Extract<FromRunner, { kind: "start" }>, reply: (outcome: ChildStarted) => void) => void;
  readonly onOver: (message: RunOverMessage) => void;
}
