import type {
  ClaimedRun,
  PlannedRun,
  RunDetail,
  RunError,
  RunFact,
  RunResolution,
  RunStatus,
  StepDone,
} from "./event-log.ts";
import { isOpen } from "./derive-status.ts";
import type { AnyText } from "../base/index.ts";
import type { Envelope } from "../event/index.ts";

/** A try that ended with one of these was cut off by others, not by a failure of its own. */
const COSTS_NO_TRY: ReadonlySet<string> = new Set(["displaced", "log-unavailable"]);

/** One run as the facts told it. Facts that come after the run has ended change nothing. */
export class RunStory<Text extends AnyText = string> {
  readonly plan: PlannedRun<Text>;
  /** Order of queueing, to hand out the oldest first. */
  readonly sequence: number;
  status: RunStatus = "queued";
  leaseUntilMs: number | undefined;
  resolvedBy: RunResolution | undefined;
  readonly #steps: StepDone<Text>[] = [];
  #attempts = 0;
  #failedTries = 0;
  #error: RunError | undefined;
  #resumeAtMs: number | undefined;
  #startedAtMs: number | undefined;
  #endedAtMs: number | undefined;

  constructor(plan: PlannedRun<Text>, sequence: number) {
    this.plan = plan;
    this.sequence = sequence;
  }

  apply(fact: RunFact<Text>): void {
    if (!isOpen(this.status)) return;
    switch (fact.type) {
      case "run_started":
        this.status = "running";
        this.#attempts = Math.max(this.#attempts + 1, fact.attempt);
        this.#startedAtMs ??= fact.atMs;
        this.#resumeAtMs = undefined;
        return;
      case "step_done":
        this.status = "running";
        this.#steps.push(fact);
        return;
      case "run_waiting":
        this.status = "waiting";
        if (!COSTS_NO_TRY.has(fact.error.code)) this.#failedTries += 1;
        this.#resumeAtMs = fact.resumeAtMs;
        this.#error = fact.error;
        this.leaseUntilMs = undefined;
        return;
      case "run_ended":
        this.status = fact.status;
        this.#error = fact.error;
        this.#resumeAtMs = undefined;
        this.#endedAtMs = fact.atMs;
        this.leaseUntilMs = undefined;
        return;
      default:
        fact satisfies never;
    }
  }

  /** When the run became or becomes due; undefined when it is claimed or has ended. */
  dueAtMs(nowMs: number): number | undefined {
    if (!isOpen(this.status)) return undefined;
    if (this.leaseUntilMs !== undefined && this.leaseUntilMs > nowMs) return undefined;
    return this.#resumeAtMs ?? this.plan.createdAtMs;
  }

  claimed(envelope: Envelope, answered: boolean): ClaimedRun {
    const steps = this.#steps.filter((step) => step.status === "succeeded" || step.next !== undefined);
    return {
      run: this.plan,
      envelope,
      attempts: this.#attempts,
      failedTries: this.#failedTries,
      steps,
      answered,
    };
  }

  detail(this: RunStory): RunDetail {
    return {
      run: this.plan,
      status: this.status,
      attempts: this.#attempts,
      ...(this.#error !== undefined && { error: this.#error }),
      ...(this.#resumeAtMs !== undefined && { resumeAtMs: this.#resumeAtMs }),
      ...(this.#startedAtMs !== undefined && { startedAtMs: this.#startedAtMs }),
      ...(this.#endedAtMs !== undefined && { endedAtMs: this.#endedAtMs }),
      steps: [...this.#steps],
      ...(this.resolvedBy !== undefined && { resolvedBy: this.resolvedBy }),
    };
  }
}
