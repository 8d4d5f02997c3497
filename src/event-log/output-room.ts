import type { RunDetail } from "./event-log.ts";

/** Room for the outputs of runs that are given one after the other: who comes first has them. */
export class OutputRoom {
  #left: number;

  constructor(mostChars = Infinity) {
    this.#left = mostChars;
  }

  /** The run, with its outputs where there is room for all of them. */
  take(run: RunDetail): RunDetail {
    const chars = run.steps.reduce((sum, { outputJson = "" }) => sum + outputJson.length, 0);
    if (chars <= this.#left) {
      this.#left -= chars;
      return run;
    }
    return withoutOutputs(run);
  }
}

/** The run with what its steps did, and nothing of what they gave. */
export function withoutOutputs(run: RunDetail): RunDetail {
  const steps = run.steps.map(({ outputJson: _output, ...step }) => step);
  return { ...run, steps, outputsLeftOut: true };
}
