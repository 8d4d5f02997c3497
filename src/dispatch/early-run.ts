/**
 * A run that begins while its event is not stored yet, so that what it has done by then is written with the event: the
 * sender of an answer waits for one write instead of two.
 *
 * Invariants:
 * 1. Nothing that the run reports reaches the log before its event, and in the order in which it was reported.
 * 2. The event is handed to the log at the latest `HELD_MS` after the run began, however long that goes on.
 * 3. Of a run whose event could not be stored nothing is recorded, ever.
 */
import { sizeOfText } from "../base/index.ts";
import type { EarlyRuns, NewFact } from "../event-log/index.ts";

/** Longer than a run of a few steps takes under load, and shorter than anybody notices. */
const HELD_MS = 10;
const LARGE_CHARS = 1024 * 1024;

export interface EarlyRunHost {
  /** Hands the run to its thread. False: there is no room; it takes its turn once it is stored. */
  begin(): boolean;
  /** The event is stored: from now on the run is like any other. */
  stored(): void;
  /** The event is not there, and so is not the run. */
  rejected(): void;
  record(facts: readonly NewFact[]): Promise<void>;
}

export class EarlyRun implements EarlyRuns {
  readonly #host: EarlyRunHost;
  readonly #stored: Promise<void>;
  #settle!: { readonly stored: () => void; readonly rejected: (error: Error) => void };
  /** Lets the event be written, with these facts; undefined: it is on its way, or was not held. */
  #release: ((facts: readonly NewFact[]) => void) | undefined;

  constructor(host: EarlyRunHost) {
    this.#host = host;
    this.#stored = new Promise((stored, rejected) => (this.#settle = { stored, rejected }));
    // Who records learns of it; there may be nobody.
    this.#stored.catch(() => undefined);
  }

  begin(): Promise<readonly NewFact[]> | undefined {
    if (!this.#host.begin()) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#release?.([]), HELD_MS);
      this.#release = (facts) => {
        clearTimeout(timer);
        this.#release = undefined;
        resolve(facts);
      };
    });
  }

  /** Records what the run reports: with its event, or behind it. @throws GtcError GTC_LOG_UNAVAILABLE */
  async record(facts: readonly NewFact[]): Promise<void> {
    // What is large gains nothing by being written with its event, which must be stored whatever becomes of it.
    if (sizeOf(facts) > LARGE_CHARS) this.#release?.([]);
    if (this.#release === undefined) {
      await this.#stored;
      return this.#host.record(facts);
    }
    this.#release(facts);
    return this.#stored;
  }

  stored(): void {
    this.#settle.stored();
    this.#host.stored();
  }

  rejected(error: Error): void {
    this.#host.rejected();
    this.#settle.rejected(error);
  }
}

/** How large the texts in facts are. */
function sizeOf(facts: readonly NewFact[]): number {
  return facts.reduce((sum, fact) => sum + charsOf(fact), 0);
}

function charsOf(fact: NewFact): number {
  if (fact.type === "written_steps") return fact.steps.reduce((sum, step) => sum + step.length, 0);
  if (fact.type === "run_queued") return sizeOfText(fact.run.payloadJson);
  return fact.type === "answered" ? sizeOfText(fact.answer.body) : 0;
}
