/**
 * Asks the log for due runs as long as there is room for them, one claim at a time. What there is no room for stays in the
 * log, which does not call again for it: whoever ends a run asks for more as long as `hasLeftWork`.
 */
import type { Clock } from "../base/index.ts";
import type { ClaimedRun, EventLog } from "../event-log/index.ts";

/** How long to wait before the log is asked again, for runs or to take a run's end. */
export const ASK_AGAIN_MS = 500;
const CLAIM_BATCH = 64;

export interface RunClaimsOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly workerId: string;
  readonly leaseMs: number;
  /** How many more runs may be open now. */
  readonly room: () => number;
  readonly take: (claimed: readonly ClaimedRun[]) => Promise<void>;
  readonly onFault?: (what: string, fault: unknown) => void;
}

export class RunClaims {
  readonly #options: RunClaimsOptions;
  readonly #stopListening: () => void;
  #claiming = false;
  #claimAgain = false;
  #asked = 0;
  #hasLeftWork = false;
  #stopped = false;

  constructor(options: RunClaimsOptions) {
    this.#options = options;
    this.#stopListening = options.log.onWork(() => this.pump());
  }

  /** How many runs the claim that is under way may bring. */
  get asked(): number {
    return this.#asked;
  }

  /** There was no room for all that is due. */
  get hasLeftWork(): boolean {
    return this.#hasLeftWork;
  }

  /** Asks for no more. */
  stop(): void {
    this.#stopped = true;
    this.#stopListening();
  }

  /** Claims as much as there is room for; a call while a claim is under way makes it look once more. */
  pump(): void {
    if (this.#claiming) {
      this.#claimAgain = true;
      return;
    }
    this.#claiming = true;
    void this.#claimAll().finally(() => {
      this.#claiming = false;
      if (this.#claimAgain) {
        this.#claimAgain = false;
        this.pump();
      }
    });
  }

  async #claimAll(): Promise<void> {
    const { log, clock, workerId, leaseMs, room, take, onFault } = this.#options;
    try {
      for (let left = room(); !this.#stopped && left > 0; left = room()) {
        this.#asked = Math.min(CLAIM_BATCH, left);
        const claimed = await log.claim({ limit: this.#asked, nowMs: clock.now(), leaseMs, workerId });
        this.#hasLeftWork = claimed.length > 0;
        if (!this.#hasLeftWork) return;
        await take(claimed);
      }
      this.#hasLeftWork = true;
    } catch (fault) {
      onFault?.("claiming runs", fault);
      setTimeout(() => this.pump(), ASK_AGAIN_MS).unref();
    } finally {
      this.#asked = 0;
    }
  }
}
