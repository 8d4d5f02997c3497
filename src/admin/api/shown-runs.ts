/**
 * How much of one event is shown at a time. The log bounds what runs gave; each step is shown with what it got as
 * well, which is the output before it, or the payload, once more for each try and each replay: a payload of megabytes that was
 * replayed a hundred times would be more than a text can be long. Besides, text that is made of brackets takes twenty times its
 * length as values: a thread that finds out while it parses is lost.
 */
import { MOST_BYTES_PER_BYTE, weightOfJson } from "../../base/index.ts";
import { withoutOutputs, type RunDetail } from "../../event-log/index.ts";

/** Twice what the log gives of outputs, since each is the next step's input. */
const MOST_CHARS = 128 * 1024 * 1024;
/** Of the values of one text, in bytes. */
const MOST_WEIGHT = 256 * 1024 * 1024;
/** So much memory is as dear as one character of what is shown. */
const BYTES_PER_CHAR = 4;

/** Whether the values of a JSON text are more than are held to be shown. */
export function isTooHeavy(json: string): boolean {
  // Most texts are too short for it: they are not gone through.
  return Buffer.byteLength(json) * MOST_BYTES_PER_BYTE > MOST_WEIGHT && weightOf(json) > MOST_WEIGHT;
}

function weightOf(json: string): number {
  return weightOfJson(Buffer.from(json));
}

/**
 * The runs in their order, the newest ones with inputs and outputs as far as there is room.
 * @param runs oldest first
 * @param payloadChars of the event's payload as JSON
 */
export function runsWithRoom(
  runs: readonly RunDetail[],
  payloadChars: number,
  mostChars = MOST_CHARS,
): readonly RunDetail[] {
  let left = mostChars;
  const newestFirst = runs.toReversed().map((run) => {
    const chars = run.outputsLeftOut === true ? 0 : charsOf(run, payloadChars);
    if (chars > left) return withoutOutputs(run);
    left -= chars;
    return run;
  });
  return newestFirst.toReversed();
}

/** Of all inputs and outputs of its steps, and the memory that they take. */
function charsOf({ run, steps }: RunDetail, payloadChars: number): number {
  let input = run.payloadJson?.length ?? payloadChars;
  let chars = weightOf(run.payloadJson ?? "") / BYTES_PER_CHAR;
  for (const { status, outputJson = "" } of steps) {
    chars += input + outputJson.length + weightOf(outputJson) / BYTES_PER_CHAR;
    if (status === "succeeded") input = outputJson.length;
  }
  return chars;
}
