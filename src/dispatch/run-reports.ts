/**
 * Writes down what the runner threads report of open runs, and lets it take effect.
 *
 * Invariants:
 * 1. Everything a run reports is recorded before it takes effect: an answer goes out, a child is started and a run
 *    counts as over only when its facts are on disk.
 * 2. Facts of one run reach the log in the order in which the run reported them.
 * 3. A run whose facts cannot be recorded is left as it is in the log: it is claimed again once the log accepts.
 * 4. Once something that a try reported could not be recorded, nothing that it reports later is: its steps have no gaps.
 * 5. Only a run that the event itself started answers its sender: nobody waits for what a child or a replay says.
 */
import { messageOf, type Clock } from "../base/index.ts";
import type { GivenAnswer } from "../event/index.ts";
import type { EventLog, NewFact, PlannedRun } from "../event-log/index.ts";
import type { ReplyDesk } from "../reply/index.ts";
import type { ChildStarted, FromRunner, RunEnd, RunOverMessage } from "../run/index.ts";
import type { ChildPlanner } from "./child-planner.ts";
import type { KnownDefinitions } from "./known-definitions.ts";
import { BROKEN, endOf, type OpenRun } from "./open-run.ts";
import type { OpenRuns } from "./open-runs.ts";
import { ASK_AGAIN_MS } from "./run-claims.ts";
import { endFact, settleLost, stepsFacts } from "./run-facts.ts";

export interface RunOver {
  readonly run: PlannedRun<unknown>;
  readonly attempt: number;
  readonly end: RunEnd;
  readonly durationMs: number;
}

export interface RunReportsOptions {
  readonly log: EventLog;
  readonly replies: ReplyDesk;
  readonly clock: Clock;
  readonly onFault?: (what: string, fault: unknown) => void;
}

export interface RunReportsParts {
  readonly open: OpenRuns;
  readonly children: ChildPlanner;
  readonly definitions: KnownDefinitions;
  /** When this process started. */
  readonly startedAtMs: number;
  /** The try's end is on disk. */
  readonly onOver: (over: RunOver) => void;
  /** The run is open no more. */
  readonly onClosed: () => void;
}

/** A run that is not over after this time is shown as running. */
export const SHOW_RUNNING_AFTER_MS = 100;

export class RunReports {
  readonly #options: RunReportsOptions;
  readonly #parts: RunReportsParts;
  #stopped = false;

  constructor(options: RunReportsOptions, parts: RunReportsParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Waits no more for a log that takes nothing. */
  stop(): void {
    this.#stopped = true;
  }

  /** Shows the runs as running that have been open for a while. */
  showRunning(): void {
    const longAgo = this.#options.clock.monotonic() - SHOW_RUNNING_AFTER_MS;
    for (const open of this.#parts.open.values()) {
      if (!open.isGone && open.startedAt <= longAgo) this.showStart(open);
    }
  }

  /** Writes down that the run has begun, if that is not done. */
  showStart(open: OpenRun): void {
    if (open.startRecorded) return;
    this.#record(open, []).catch((fault: unknown) => this.#faulted(open, "recording a run's start", fault));
  }

  /** Steps of a run that goes on, perhaps with its answer. */
  progress({ runId, steps, answer: given }: Extract<FromRunner, { kind: "progress" }>): void {
    const open = this.#parts.open.get(runId);
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

  /** A child that a run starts. `reply` is called once, when the child is on disk or cannot be started. */
  start(message: Extract<FromRunner, { kind: "start" }>, reply: (outcome: ChildStarted) => void): void {
    const { open: openRuns, children, definitions } = this.#parts;
    const open = openRuns.get(message.runId);
    if (open === undefined || open.isGone || open.broken !== undefined) {
      // Its thread waits for a word all the same.
      const message = open?.broken === undefined ? "The run's event is not stored." : BROKEN.error.message;
      reply({ ok: false, code: "flow-not-started", message, retryable: true });
      return;
    }
    const planned = children.plan(open.run, message.child);
    if ("ok" in planned) {
      reply(planned);
      return;
    }
    definitions.set(planned.flow.hash, planned.flow.definitionJson);
    this.#record(open, [{ type: "run_queued", run: planned.run }, message.child.step]).then(
      () => reply({ ok: true }),
      (fault: unknown) => reply({ ok: false, code: "flow-not-started", message: messageOf(fault), retryable: true }),
    );
  }

  /** A try is over, with its last steps and perhaps its answer. */
  over(message: RunOverMessage): void {
    const open = this.#parts.open.get(message.runId);
    if (open?.isGone === true) this.#forget(open);
    else if (open !== undefined) void this.#finish(open, message);
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

  /** The facts, with that of the answer when it is the event's first. */
  #withAnswer(open: OpenRun, facts: readonly NewFact[], answer: GivenAnswer | undefined): readonly NewFact[] {
    if (answer === undefined) return facts;
    open.isMute = true;
    const { receivedAtMs } = open;
    const { eventId } = open.run;
    // Once a request went away with our own 202, that is what was answered: the step keeps what the flow said. A run that
    // is tried again, or whose request went with another process, leaves its answer to whoever delivers the event again.
    const isFirst = this.#options.replies.hold(eventId) || open.attempt > 1 || receivedAtMs < this.#parts.startedAtMs;
    if (!isFirst) return facts;
    const atMs = this.#options.clock.now();
    const durationMs = atMs - receivedAtMs;
    const { status, headers, body } = answer;
    return [...facts, { type: "answered", eventId, answer: { status, headers, body, by: "flow", atMs, durationMs } }];
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
    const { run, attempt, startedAt } = open;
    this.#options.replies.runOver(run.eventId, run.id, end.status);
    this.#parts.onOver({ run, attempt, end, durationMs: this.#options.clock.monotonic() - startedAt });
    this.#forget(open);
  }

  #forget(open: OpenRun): void {
    this.#parts.open.remove(open);
    this.#parts.onClosed();
  }

  /** Of a run that is gone there is nothing to record: its event's own fault was told. */
  #faulted(open: OpenRun, what: string, fault: unknown): void {
    if (!open.isGone) this.#options.onFault?.(what, fault);
  }
}
