/** Tells listeners, at most once in `GATHER_MS`, that something changed. Costs a comparison while nobody listens. */
const GATHER_MS = 50;

export class ChangeSignal {
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  listen(listener: () => void): () => void {
    // A wrapper, so that the same function given twice is two listeners with two releases.
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  notify(): void {
    if (this.#listeners.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const listener of this.#listeners) listener();
    }, GATHER_MS).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }
}
