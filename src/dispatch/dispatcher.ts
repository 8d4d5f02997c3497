/**
 * Takes due runs from the log, hands them to the runner threads, and writes down what the threads report.
 *
 * Invariants:
 * 1. At most `maxOpenRuns` runs, and bodies of some `OPEN_BYTES`, are claimed and not over; the rest waits in the log, not
 *    in memory.
 * 2. Everything a run reports is recorded before it takes effect: an answer goes out, a child is started and a run
 *    counts as over only when its facts are on disk.
 * 3. Facts of one run reach the log in the order in which the run reported them.
 * 4. A run whose facts cannot be recorded is left as it is in the log: it is claimed again once the log accepts.
 * 5. Only a run that the event itself started answers its sender: nobody waits for what a child or a replay says.
 * 6. A run that begins before its event is stored is subject to all of this; `early-run.ts` keeps the order.
 * 7. A run is handed out once at a time, also where the clock was set and its lease seems to be over.
 * 8. A run whose tries keep ending with the process waits, and leaves others their time (`CutOffRuns`).
 * 9. Once something that a try reported could not be recorded, nothing that it reports later is: its steps have no gaps.
 */
import { InFlightMap, messageOf, type AnyText } from "../base/index.ts";
import type { Envelope, GivenAnswer } from "../event/index.ts";
import type { ClaimedRun, EarlyRuns, EventLog, NewFact, PlannedRun } from "../event-log/index.ts";
import type { ReplyDesk } from "../reply/index.ts";
import type { ChildStarted, FromRunner, RunEnd, RunnerPool, RunOverMessage, RunTask } from "../run/index.ts";
import { ChildPlanner, type ChildPlannerOptions } from "./child-planner.ts";
import { CutOffRuns } from "./cut-off-runs.ts";
import { EarlyRun } from "./early-run.ts";
import { KnownDefinitions } from "./known-definitions.ts";
import { BROKEN, endOf, openRun, type OpenRun } from "./open-run.ts";
import { ASK_AGAIN_MS, RunClaims } from "./run-claims.ts";
import { endFact, settleLost, stepsFacts } from "./run-facts.ts";

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

export interface RunOver {
  readonly run: PlannedRun<unknown>;
  readonly attempt: number;
  readonly end: RunEnd;
  readonly durationMs: number;
}

/** Bodies of open runs, and what children were given. A claim may go beyond it, by the bodies of what it brings. */
const OPEN_BYTES = 128 * 1024 * 1024;
/** When a run is tried again whose definition cannot be read. */
const UNREAD_AGAIN_MS = 10_000;
/** A run that is not over after this time is shown as running. */
const SHOW_RUNNING_AFTER_MS = 100;
const OFTEN_CUT_OFF =
  "Its tries ended with the gateway's process several times; it waits, so that others have their time.";

export class Dispatcher implements AsyncDisposable {
  readonly #options: DispatcherOptions;
  readonly #pool: RunnerPool;
  readonly #open = new InFlightMap<OpenRun>();
  readonly #definitions: KnownDefinitions;
  readonly #claims: RunClaims;
  readonly #children: ChildPlanner;
  readonly #cutOff: CutOffRuns;
  readonly #sweep: NodeJS.Timeout;
  readonly #startedAtMs: number;
  #openBytes = 0;
  /** Begun in this turn of the loop: they go to a thread together. */
  #earlyTasks: RunTask<AnyText>[] = [];
  #stopped = false;
  #idle: (() => void) | undefined;

  /** `createPool` receives the callbacks that the pool must call. */
  constructor(options: DispatcherOptions, createPool: (callbacks: PoolCallbacks) => RunnerPool) {
    this.#options = options;
    this.#startedAtMs = options.clock.now();
    this.#pool = createPool({
      onProgress: (message) => this.#progress(message),
      onStart: (message, reply) => this.#start(message, reply),
      onOver: (message) => this.#over(message),
    });
    this.#definitions = new KnownDefinitions(options);
    this.#children = new ChildPlanner(options);
    this.#cutOff = new CutOffRuns(this.#startedAtMs);
    this.#claims = new RunClaims({
      ...options,
      room: () => this.#room(),
      take: (claimed) => this.#hand(claimed),
    });
    this.#sweep = setInterval(() => this.#showRunning(), SHOW_RUNNING_AFTER_MS);
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
    const hasRoom = !this.#claims.hasLeftWork && this.#room() > this.#claims.asked;
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
    for (const { run } of tasks) this.#over({ kind: "over", runId: run.id, steps: [], end });
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
  }

  /** Takes no new runs and waits until those that are open are over, at most until `timeIsOver` resolves. */
  async drain(timeIsOver: Promise<unknown>): Promise<void> {
    this.#stop();
    if (this.#open.size === 0) return;
    await Promise.race([timeIsOver, new Promise<void>((resolve) => (this.#idle = resolve))]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    clearInterval(this.#sweep);
    await this.#pool[Symbol.asyncDispose]();
    await Promise.allSettled(this.#open.values().map((open) => open.recorded));
  }

  /** How many more runs may be open. */
  #room(): number {
    return this.#openBytes < OPEN_BYTES ? Math.max(0, this.#options.maxOpenRuns - this.#open.size) : 0;
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
      if (open !== undefined && !open.startRecorded && this.#cutOff.isSuspect(task)) this.#showStart(open);
    }
  }

  #taskFor(claimed: ClaimedRun, early?: EarlyRun): RunTask<AnyText> {
    const { clock, maxPayloadBytes } = this.#options;
    const { run, envelope, steps, failedTries } = claimed;
    const open = openRun(claimed, clock, early);
    this.#openBytes += open.bodyBytes;
    this.#open.set(run.id, open);
    return { run, envelope, attempt: open.attempt, failedTries, steps, maxPayloadBytes };
  }

  /** Records facts of a run in its order; the run's start goes before its first fact. */
  #record(open: OpenRun, facts: readonly NewFact[]): Promise<void> {
    const all: NewFact[] = [];
    if (!open.startRecorded) {
      open.startRecorded = true;
      all.push({ type: "run_started", runId: open.run.id, attempt: open.attempt, atMs: open.startedAtMs });
    }
    all.push(...facts);
    // The log keeps the order of calls, so a run's calls need no waiting for each other, and the last is settled last.
    const recorded = (open.early ?? this.#options.log).record(all);
    recorded.catch((fault: unknown) => (open.broken ??= endOf(fault)));
    open.recorded = recorded;
    return recorded;
  }

  #showRunning(): void {
    const longAgo = this.#options.clock.monotonic() - SHOW_RUNNING_AFTER_MS;
    for (const open of this.#open.values()) {
      if (!open.startRecorded && !open.isGone && open.startedAt <= longAgo) this.#showStart(open);
    }
  }

  #showStart(open: OpenRun): void {
    this.#record(open, []).catch((fault: unknown) => this.#faulted(open, "recording a run's start", fault));
  }

  #progress({ runId, steps, answer: given }: Extract<FromRunner, { kind: "progress" }>): void {
    const open = this.#open.get(runId);
    if (open === undefined || open.isGone) return;
    const { eventId } = open.run;
    const answer = open.isMute ? undefined : given;
    if (open.broken !== undefined) {
      if (answer !== undefined) this.#options.replies.giveUp(eventId);
      return;
    }
    this.#record(open, this.#withAnswer(open, stepsFacts(runId, steps), answer)).then(
      () => answer !== undefined && this.#options.replies.answer(eventId, answer),
      (fault: unknown) => {
        this.#faulted(open, "recording steps", fault);
        if (answer !== undefined) this.#options.replies.giveUp(eventId);
      },
    );
  }

  /** The facts, with that of the answer when it is the event's first. */
  #withAnswer(open: OpenRun, facts: readonly NewFact[], answer: GivenAnswer | undefined): readonly NewFact[] {
    if (answer === undefined) return facts;
    open.isMute = true;
    const { receivedAtMs } = open;
    const { eventId } = open.run;
    // Once a request went away with our own 202, that is what was answered: the step keeps what the flow said. A run that
    // is tried again, or whose request went with another process, leaves its answer to whoever delivers the event again.
    const isFirst = this.#options.replies.hold(eventId) || open.attempt > 1 || receivedAtMs < this.#startedAtMs;
    if (!isFirst) return facts;
    const atMs = this.#options.clock.now();
    const durationMs = atMs - receivedAtMs;
    const { status, headers, body } = answer;
    return [...facts, { type: "answered", eventId, answer: { status, headers, body, by: "flow", atMs, durationMs } }];
  }

  #start(message: Extract<FromRunner, { kind: "start" }>, reply: (outcome: ChildStarted) => void): void {
    const open = this.#open.get(message.runId);
    if (open === undefined || open.isGone || open.broken !== undefined) {
      // Its thread waits for a word all the same.
      const message = open?.broken === undefined ? "The run's event is not stored." : BROKEN.error.message;
      reply({ ok: false, code: "flow-not-started", message, retryable: true });
      return;
    }
    const planned = this.#children.plan(open.run, message.child);
    if ("ok" in planned) {
      reply(planned);
      return;
    }
    this.#definitions.set(planned.flow.hash, planned.flow.definitionJson);
    this.#record(open, [{ type: "run_queued", run: planned.run }, message.child.step]).then(
      () => reply({ ok: true }),
      (fault: unknown) => reply({ ok: false, code: "flow-not-started", message: messageOf(fault), retryable: true }),
    );
  }

  #over(message: RunOverMessage): void {
    const open = this.#open.get(message.runId);
    if (open?.isGone === true) this.#forget(open);
    else if (open !== undefined) void this.#finish(open, message);
  }

  /**
   * Records how a try ended, with its last steps and its answer. Where that, or a step before it, could not be recorded,
   * the try did not happen as far as the log knows: the run waits, and goes on from its last recorded step as soon as
   * the log takes facts again; or it fails, as its steps would never fit.
   */
  async #finish(open: OpenRun, { steps, answer: given, end }: RunOverMessage): Promise<void> {
    const { eventId, id } = open.run;
    const answer = open.isMute ? undefined : given;
    const { replies, onFault } = this.#options;
    const settled = settleLost(end, open.failedTries);
    // A run that only shared a thread with the one that took it down has not had its try.
    if (end.status === "waiting" && end.error.code === "displaced") open.startRecorded = true;
    if (open.broken === undefined) {
      try {
        const all = this.#withAnswer(open, stepsFacts(id, steps), answer);
        await this.#record(open, [...all, endFact(id, settled, this.#options.clock.now())]);
        if (answer !== undefined) replies.answer(eventId, answer);
        return this.#close(open, settled);
      } catch (fault) {
        if (open.isGone) return this.#forget(open);
        onFault?.("recording a run's end", fault);
      }
    }
    if (answer !== undefined) replies.giveUp(eventId);
    const brokenEnd = open.broken ?? BROKEN;
    if (brokenEnd.status === "waiting") replies.runOver(eventId, id, "waiting");
    await this.#endInLog(open, brokenEnd);
  }

  /** Writes down how the try ended, as soon as the log takes it. A stop does not wait for that: the next start claims the run. */
  async #endInLog(open: OpenRun, end: RunEnd): Promise<void> {
    for (;;) {
      try {
        await this.#record(open, [endFact(open.run.id, end, this.#options.clock.now())]);
        return this.#close(open, end);
      } catch {
        if (this.#stopped) return this.#forget(open);
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS).unref());
      }
    }
  }

  #close(open: OpenRun, end: RunEnd): void {
    const { run } = open;
    this.#options.replies.runOver(run.eventId, run.id, end.status);
    const durationMs = this.#options.clock.monotonic() - open.startedAt;
    this.#options.onRunOver?.({ run, attempt: open.attempt, end, durationMs });
    if (end.status !== "waiting") this.#cutOff.forget(run.id);
    this.#forget(open);
  }

  #forget({ run, bodyBytes }: OpenRun): void {
    this.#open.delete(run.id);
    this.#openBytes -= bodyBytes;
    if (this.#open.size === 0) this.#idle?.();
    if (this.#claims.hasLeftWork) this.#claims.pump();
  }

  /** Of a run that is gone there is nothing to record: its event's own fault was told. */
  #faulted(open: OpenRun, what: string, fault: unknown): void {
    if (!open.isGone) this.#options.onFault?.(what, fault);
  }
}

export interface PoolCallbacks {
  readonly onProgress: (message: Extract<FromRunner, { kind: "progress" }>) => void;
  readonly onStart: (message: Extract<FromRunner, { kind: "start" }>, reply: (outcome: ChildStarted) => void) => void;
  readonly onOver: (message: RunOverMessage) => void;
}
