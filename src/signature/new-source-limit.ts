/**
 * Key ids and URLs stand in requests of which nothing is verified yet. Whoever makes them up must not have the gateway ask for
 * each of them: only a few that are new are asked for in a minute. One that led to a key once may always be asked for, so
 * that such a flood does not shut it out.
 */
const NEW_PER_MINUTE = 10;
const MAX_FOUND = 100;

export class NewSourceLimit {
  readonly #found = new Set<string>();
  readonly #asked = new Set<string>();
  #sinceMs = -Infinity;

  /** Whether a source may be asked for now. @param isKept its key is kept from before, when the sources were loaded last */
  mayAsk(source: string, nowMs: number, isKept: boolean): boolean {
    if (isKept || this.#found.has(source)) return true;
    if (Math.abs(nowMs - this.#sinceMs) >= 60_000) {
      this.#sinceMs = nowMs;
      this.#asked.clear();
    }
    if (this.#asked.has(source)) return true;
    if (this.#asked.size >= NEW_PER_MINUTE) return false;
    this.#asked.add(source);
    return true;
  }

  /** Notes that a source led to a key: nobody but the provider can make more of them. */
  found(source: string): void {
    if (this.#found.size >= MAX_FOUND) this.#found.clear();
    this.#found.add(source);
  }
}
