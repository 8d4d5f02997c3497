/**
 * A map that holds at most so many entries and forgets one that was not used for long.
 *
 * Invariant: whoever is forgotten was not used since at least half as many others as there is room for came or were used.
 */
export class RecentMap<Key, Value> {
  readonly #max: number;
  readonly #entries = new Map<Key, Entry<Value>>();
  #moves = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // What is near the end stays where it is: taking an entry out makes the engine build small tables anew, each time.
    if ((this.#moves - entry.movedAt) * 2 >= this.#max) this.#toEnd(key, entry);
    return entry.value;
  }

  /** Returns the key that was forgotten for it, if any. */
  set(key: Key, value: Value): Key | undefined {
    this.#toEnd(key, { value, movedAt: 0 });
    if (this.#entries.size <= this.#max) return undefined;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
    return oldest;
  }

  /** A Map keeps the order of insertion. */
  #toEnd(key: Key, entry: Entry<Value>): void {
    this.#entries.delete(key);
    entry.movedAt = ++this.#moves;
    this.#entries.set(key, entry);
  }
}

interface Entry<Value> {
  readonly value: Value;
  movedAt: number;
}
