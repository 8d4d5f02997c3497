/** The runs that are claimed, or began early, and are not over: how many there are, and what they hold. */
import { InFlightMap } from "../base/index.ts";
import type { OpenRun } from "./open-run.ts";

/** Bodies of open runs, and what children were given. A claim may go beyond it, by the bodies of what it brings. */
const OPEN_BYTES = 128 * 1024 * 1024;

export class OpenRuns {
  readonly #runs = new InFlightMap<OpenRun>();
  readonly #maxOpenRuns: number;
  #bytes = 0;
  #emptied: (() => void) | undefined;

  constructor(maxOpenRuns: number) {
    this.#maxOpenRuns = maxOpenRuns;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** How many more runs may be open. */
  get room(): number {
    return this.#bytes < OPEN_BYTES ? Math.max(0, this.#maxOpenRuns - this.#runs.size) : 0;
  }

  has(runId: string): boolean {
    return this.#runs.has(runId);
  }

  get(runId: string): OpenRun | undefined {
    return this.#runs.get(runId);
  }

  /** The runs of now, the oldest first. */
  values(): readonly OpenRun[] {
    return this.#runs.values();
  }

  add(open: OpenRun): void {
    this.#bytes += open.bodyBytes;
    this.#runs.set(open.run.id, open);
  }

  remove({ run, bodyBytes }: OpenRun): void {
    this.#runs.delete(run.id);
    this.#bytes -= bodyBytes;
    if (this.#runs.size === 0) this.#emptied?.();
  }

  /** Resolves when all are over, at once if there are none. */
  async untilEmpty(): Promise<void> {
    if (this.#runs.size > 0) await new Promise<void>((resolve) => (this.#emptied = resolve));
  }
}
