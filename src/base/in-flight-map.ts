/**
 * A map for what comes and goes all the time: requests that wait, runs that are open. It does what a `Map` with text keys
 * does, in the order of insertion, but its table stays in place.
 *
 * A `Map` makes a new table after every few dozen insertions and deletions, and its old table keeps everything that was in
 * it at that time, the next table included. Once one such table is old for the collector, the chain behind it and all it
 * holds counts as alive until the next full collection: requests are copied twice and called old. docs/design/speed.md has
 * what that costs.
 *
 * Invariant: what was deleted is referred to by nothing in here, and refers to nothing in here.
 */

interface Entry<Value> {
  readonly key: string;
  value: Value;
  /** The next in its place of the table. */
  behind: Entry<Value> | undefined;
  older: Entry<Value> | undefined;
  newer: Entry<Value> | undefined;
}

const FIRST_PLACES = 64;
/**
 * Ids differ at their end. Of keys that a sender makes to look alike there are never more at once than there are requests
 * under way.
 */
const HASHED_CHARS = 16;
/** Another in each process. */
const SEED = Math.trunc(Math.random() * 2 ** 32);

export class InFlightMap<Value> {
  #table: (Entry<Value> | undefined)[] = places(FIRST_PLACES);
  #size = 0;
  #oldest: Entry<Value> | undefined;
  #newest: Entry<Value> | undefined;

  get size(): number {
    return this.#size;
  }

  /** The value that was inserted before all others. */
  get oldest(): Value | undefined {
    return this.#oldest?.value;
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  get(key: string): Value | undefined {
    return this.#find(key)?.value;
  }

  /** A key that is there keeps its place in the order. */
  set(key: string, value: Value): void {
    const found = this.#find(key);
    if (found !== undefined) {
      found.value = value;
      return;
    }
    if (this.#size >= this.#table.length) this.#grow();
    const entry: Entry<Value> = { key, value, behind: undefined, older: this.#newest, newer: undefined };
    this.#put(entry);
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.#size += 1;
  }

  /** Whether it was there. */
  delete(key: string): boolean {
    const place = this.#placeOf(key);
    let before: Entry<Value> | undefined;
    let entry = this.#table[place];
    while (entry !== undefined && entry.key !== key) {
      before = entry;
      entry = entry.behind;
    }
    if (entry === undefined) return false;
    if (before === undefined) this.#table[place] = entry.behind;
    else before.behind = entry.behind;
    this.#unlink(entry);
    return true;
  }

  clear(): void {
    while (this.#oldest !== undefined) this.delete(this.#oldest.key);
  }

  /** The keys of now, the oldest first. */
  keys(): string[] {
    return this.#all(({ key }) => key);
  }

  /** The values of now, the oldest first. */
  values(): Value[] {
    return this.#all(({ value }) => value);
  }

  #all<T>(part: (entry: Entry<Value>) => T): T[] {
    const all: T[] = [];
    for (let entry = this.#oldest; entry !== undefined; entry = entry.newer) all.push(part(entry));
    return all;
  }

  #find(key: string): Entry<Value> | undefined {
    let entry = this.#table[this.#placeOf(key)];
    while (entry !== undefined && entry.key !== key) entry = entry.behind;
    return entry;
  }

  #put(entry: Entry<Value>): void {
    const place = this.#placeOf(entry.key);
    entry.behind = this.#table[place];
    this.#table[place] = entry;
  }

  #unlink(entry: Entry<Value>): void {
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    entry.behind = undefined;
    entry.older = undefined;
    entry.newer = undefined;
    this.#size -= 1;
  }

  /** The old table is emptied: it would keep what is in it alive, as that of a `Map` does. */
  #grow(): void {
    const old = this.#table;
    this.#table = places(old.length * 2);
    old.fill(undefined);
    for (let entry = this.#oldest; entry !== undefined; entry = entry.newer) this.#put(entry);
  }

  /** FNV-1a, with a last mix, as only the low bits are used. */
  #placeOf(key: string): number {
    let hash = SEED ^ key.length;
    for (let index = Math.max(0, key.length - HASHED_CHARS); index < key.length; index++)
      hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
    return (hash ^ (hash >>> 15)) & (this.#table.length - 1);
  }
}

function places<Value>(count: number): (Entry<Value> | undefined)[] {
  return Array.from({ length: count }, () => undefined);
}
