/**
 * Whoever opens something returns how to release it. The stack releases last in, first out, goes on after a
 * failure, and reports every failure: nothing is swallowed.
 */
export type Release = () => void | Promise<void>;

export class ReleaseStack implements AsyncDisposable {
  readonly #releases: Release[] = [];
  #released: Promise<void> | undefined;

  /** Adds a release that runs before all those already on the stack. */
  add(release: Release): void {
    if (this.#released !== undefined) throw new Error("the stack has already been released");
    this.#releases.push(release);
  }

  /** Adds a disposable and hands it back. */
  use<T extends AsyncDisposable>(resource: T): T {
    this.add(() => resource[Symbol.asyncDispose]() as Promise<void>);
    return resource;
  }

  /** Releases everything once; a second call waits for the first. @throws AggregateError with all failures. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#released ??= this.#releaseAll();
    return this.#released;
  }

  async #releaseAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let release = this.#releases.pop(); release !== undefined; release = this.#releases.pop()) {
      try {
        await release();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} release(s) failed`);
  }
}
