/** How much memory what a script reads of JSON may take. Where there is too little, the script ends, and not its thread. */
import { RhaiError } from "./errors.ts";

/** What V8 takes for each, measured with a payload of 25 MiB of them. */
export const BYTES = {
  /** A container's place in the map of a text (`json-containers.ts`), while its lists grow. */
  mapped: 40,
  array: 160,
  object: 320,
  item: 12,
  entry: 40,
  text: 24,
  /** Also an integer beyond 2^53. */
  float: 48,
} as const;

const WHAT = "Size of what is read of JSON";

export class JsonRoom {
  #left: number;

  constructor(maxBytes: number) {
    this.#left = maxBytes;
  }

  /** @throws RhaiError when there is no room. */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new RhaiError("ErrorDataTooLarge", `${WHAT} too large`, -1, { fields: [["type", WHAT]] });
  }
}
