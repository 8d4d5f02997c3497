/** How much one run may do, hold and say. */
export interface RunLimits {
  readonly maxSteps: number;
  /** Characters of all outputs of a run, as JSON: they are held until it is over. */
  readonly maxOutputChars: number;
  /** Characters of what a child is given, as JSON: with its quotes escaped it has to fit into one record of the log. */
  readonly maxChildPayloadChars: number;
  readonly maxPrintedLines: number;
  readonly maxPrintedChars: number;
  /** Of an error's message: a script may throw all of its payload, and an error is kept at every try. */
  readonly maxErrorChars: number;
  /** Steps are handed over at the latest after this time, so that a crash repeats little. */
  readonly flushAfterMs: number;
  /** A run has the thread for so long at a time, and at least for one step. */
  readonly pauseAfterMs: number;
  /** A step of this length takes long. */
  readonly longStepMs: number;
}

export const RUN_LIMITS: RunLimits = {
  maxSteps: 1000,
  maxOutputChars: 64 * 1024 * 1024,
  maxChildPayloadChars: 80 * 1024 * 1024,
  maxPrintedLines: 100,
  maxPrintedChars: 2000,
  maxErrorChars: 4000,
  flushAfterMs: 5,
  pauseAfterMs: 10,
  longStepMs: 5,
};
