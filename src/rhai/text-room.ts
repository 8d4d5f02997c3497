/**
 * How long a value may become as text. What a value holds in several places counts once in memory and each time in its
 * text: a list whose every item holds all of the payload is some references, and gigabytes as JSON.
 */
import { RhaiError } from "./errors.ts";

/** Characters of one value: as many as all outputs of a flow's run may have. */
const MAX_CHARS = 64 * 1024 * 1024;

export class TextRoom {
  readonly #what: string;
  #left: number;

  /** @param what is too large when there is no room, e.g. `Length of JSON` */
  constructor(what: string, maxChars = MAX_CHARS) {
    this.#what = what;
    this.#left = maxChars;
  }

  /** A part of the text; its separators are not counted. @throws RhaiError when all parts are too long together */
  take(text: string): string {
    this.#left -= text.length;
    if (this.#left < 0)
      throw new RhaiError("ErrorDataTooLarge", `${this.#what} too large`, -1, { fields: [["type", this.#what]] });
    return text;
  }
}
