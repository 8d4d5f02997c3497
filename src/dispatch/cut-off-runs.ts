/**
 * Runs whose tries ended with the process, again and again. Mostly that is chance: whoever is killed often cuts off many
 * runs. But it may be the run that ends the process, as a thread that asks for very much memory at once can; and a gateway
 * that starts with such a run would end again and again, with everything else in it. So from the third time on such a run
 * waits, longer each time, and all others have that time for their work.
 */
import type { ClaimedRun } from "../event-log/index.ts";

/** So many tries may end with the process before the next one waits. */
const UNSUSPECTED_TRIES = 3;
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;

export class CutOffRuns {
  readonly #startedAtMs: number;
  /** Runs of events of an earlier process that had their first turn, or their delay before it. */
  readonly #known = new Set<string>();

  /** @param startedAtMs when this process started */
  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  /** Whether an earlier process may have ended while the run was at work. */
  isSuspect({ envelope }: Pick<ClaimedRun, "envelope">): boolean {
    return envelope.receivedAtMs < this.#startedAtMs;
  }

  /** How long the run is to wait before it has its turn, milliseconds; undefined: not at all. Once for each run. */
  delayFor(claimed: ClaimedRun): number | undefined {
    const { run, attempts, failedTries } = claimed;
    if (!this.isSuspect(claimed) || this.#known.has(run.id)) return undefined;
    this.#known.add(run.id);
    const excess = attempts - failedTries - UNSUSPECTED_TRIES;
    return excess < 0 ? undefined : Math.min(FIRST_DELAY_MS * 2 ** excess, LONGEST_DELAY_MS);
  }

  /** The run is over. */
  forget(runId: string): void {
    this.#known.delete(runId);
  }
}
