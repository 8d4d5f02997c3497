/** What was sent in a soak and what was answered: all that the check at the end goes by. */

/** A flow of the soak's bundle, or `unmatched`, which no flow handles. */
export const EVENT_TYPES = ["work", "answer", "doomed", "large", "signed", "unmatched"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface Accepted {
  readonly eventType: EventType;
  readonly status: number;
  /** Undefined: sent without a delivery id. */
  readonly key: string | undefined;
  /** The flow's own answer, where it was one. */
  readonly answer: string | undefined;
}

export class Ledger {
  /** By event id. */
  readonly accepted = new Map<string, Accepted>();
  /** Ids of runs that a replay began, by the id of the event. */
  readonly replayed = new Map<string, string[]>();
  readonly statuses = new Map<number, number>();
  /** What must never happen, as sentences. */
  readonly faults: string[] = [];
  unanswered = 0;
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  answered(status: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }

  fault(sentence: string): void {
    this.faults.push(sentence);
    this.#say(`FAULT ${sentence}`);
  }
}

/** A random generator that a seed repeats (mulberry32, Tommy Ettinger); what the machine does between is not repeated. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** In [0, 1). */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.roll() * (most - least + 1));
  }

  happens(probability: number): boolean {
    return this.roll() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.roll() * items.length)]!;
  }
}
