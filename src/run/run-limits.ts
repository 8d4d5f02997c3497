/** How much one run may do, hold and say. */
export interface RunLimits {
  readonly maxSteps: number;
  /** Characters of all outputs of a run, as JSON: they are held until it is over. */
  readonly maxOutputChars: number;
  /** Bytes of memory that the values of its payload and outputs may take, where nodes ask for them. */
  readonly maxValueBytes: number;
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

const MIB = 1024 * 1024;

export const RUN_LIMITS: RunLimits = {
  maxSteps: 1000,
  maxOutputChars: 64 * MIB,
  maxValueBytes: 256 * MIB,
  maxChildPayloadChars: 80 * MIB,
  maxPrintedLines: 100,
  maxPrintedChars: 2000,
  maxErrorChars: 4000,
  flushAfterMs: 5,
  pauseAfterMs: 10,
  longStepMs: 5,
};

/** The limits in a thread with so much memory, MiB. */
export function runLimitsFor(memoryMb: number): RunLimits {
  return { ...RUN_LIMITS, maxValueBytes: (memoryMb * MIB) / 2 };
}
