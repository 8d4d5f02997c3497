/**
 * Lets requests through a few at a time. When many bodies are complete at once, handling them all in one turn of the
 * event loop would leave the disk idle meanwhile, and then the processor idle while the disk writes them all. So after
 * each small group the loop gets to see what else is ready: a finished write, whose answers can go out.
 *
 * Invariants:
 * 1. Requests of one connection go on in their order.
 * 2. However many requests one connection has sent, at most `MOST_OF_ONE` of them are in line before those of others.
 */
const MOST_OF_ONE = 8;

/** The requests of one connection. */
export interface Lane {
  /** How many stand in line. */
  inLine: number;
  /** Those behind them, which come into line one by one. */
  readonly behind: Waiting[];
}

interface Waiting {
  readonly lane: Lane;
  readonly go: () => void;
}

export function newLane(): Lane {
  return { inLine: 0, behind: [] };
}

export class Turns {
  readonly #perTurn: number;
  readonly #line: Waiting[] = [];
  #taken = 0;
  #scheduled = false;

  constructor(perTurn: number) {
    this.#perTurn = perTurn;
  }

  /** Undefined: go on at once. Else resolves when it is this request's turn; turns are given in order. */
  next(lane: Lane): Promise<void> | undefined {
    this.#schedule();
    if (this.#taken < this.#perTurn && this.#line.length === 0) {
      this.#taken += 1;
      return undefined;
    }
    return new Promise((go) => {
      const waiting = { lane, go };
      if (lane.inLine < MOST_OF_ONE) this.#join(waiting);
      else lane.behind.push(waiting);
    });
  }

  #join(waiting: Waiting): void {
    waiting.lane.inLine += 1;
    this.#line.push(waiting);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const group = this.#line.splice(0, this.#perTurn);
      this.#taken = group.length;
      if (group.length > 0) this.#schedule();
      for (const waiting of group) this.#leave(waiting);
    });
  }

  #leave({ lane, go }: Waiting): void {
    lane.inLine -= 1;
    const next = lane.behind.shift();
    if (next !== undefined) this.#join(next);
    go();
  }
}
