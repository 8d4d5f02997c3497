/**
 * CRC-32C of any stretch of a file without reading it again: from sums that begin at one place. What looks like the start of
 * a record may be the work of a sender, who can put millions of them, each of megabytes, into one body: summed up one by
 * one, they would hold up a start for hours.
 *
 * A CRC is linear. With `S(n)` as the sum of everything up to `n`, the sum of `[from, to)` that starts from `start` is
 * `S(to) ^ (start ^ S(from)) * x^(8 * (to - from))`, modulo the polynomial (as in zlib's `crc32_combine`).
 */
import { readSync } from "node:fs";
import { crc32c } from "@node-rs/crc32";

/** The polynomial of CRC-32C, its lowest power in the highest bit. */
const POLYNOMIAL = 0x82f63b78;
/** Between two places whose sums are kept. */
const STEP_BYTES = 1024;
/** What is read at once when the sums go on. */
const READ_STEPS = 256;

export class RangeSums {
  readonly #fd: number;
  readonly #origin: number;
  /** Up to each whole step from the origin. */
  readonly #sums: number[] = [0];
  readonly #buffer = Buffer.allocUnsafe(READ_STEPS * STEP_BYTES);

  /** @param origin the offset in the file before which nothing is asked for */
  constructor(fd: number, origin: number) {
    this.#fd = fd;
    this.#origin = origin;
  }

  /** The sum of the bytes from one offset to another, begun with `start`; undefined where the file ends before. */
  crcOf(from: number, to: number, start: number): number | undefined {
    const [before, after] = [this.#sumTo(from), this.#sumTo(to)];
    if (before === undefined || after === undefined) return undefined;
    return (after ^ product(start ^ before, powerOfBytes(to - from))) >>> 0;
  }

  #sumTo(offset: number): number | undefined {
    const step = Math.floor((offset - this.#origin) / STEP_BYTES);
    while (this.#sums.length <= step) if (!this.#addSteps()) return undefined;
    const at = this.#origin + step * STEP_BYTES;
    const bytes = this.#read(at, offset - at);
    return bytes.length < offset - at ? undefined : crc32c(bytes, this.#sums[step]);
  }

  /** False: the file ends here. */
  #addSteps(): boolean {
    const at = this.#origin + (this.#sums.length - 1) * STEP_BYTES;
    const bytes = this.#read(at, this.#buffer.length);
    for (let end = STEP_BYTES; end <= bytes.length; end += STEP_BYTES) {
      this.#sums.push(crc32c(bytes.subarray(end - STEP_BYTES, end), this.#sums.at(-1)));
    }
    return bytes.length >= STEP_BYTES;
  }

  #read(at: number, count: number): Buffer {
    let filled = 0;
    while (filled < count) {
      const read = readSync(this.#fd, this.#buffer, filled, count - filled, at + filled);
      if (read === 0) break;
      filled += read;
    }
    return this.#buffer.subarray(0, filled);
  }
}

/** `x^(2^n)`, each the square of the one before. */
const SQUARES = squares();

function squares(): readonly number[] {
  const all = [2 ** 30];
  while (all.length < 64) all.push(product(all.at(-1)!, all.at(-1)!));
  return all;
}

/** `x^(8 * bytes)` */
function powerOfBytes(bytes: number): number {
  let power = 2 ** 31;
  for (let left = bytes, square = 3; left > 0; left = Math.floor(left / 2), square++) {
    if (left % 2 === 1) power = product(power, SQUARES[square]!);
  }
  return power;
}

/** The product of two polynomials modulo that of CRC-32C. */
function product(one: number, other: number): number {
  let sum = 0;
  let shifted = other;
  for (let bit = 31; bit >= 0; bit--) {
    if ((one >>> bit) & 1) sum ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return sum >>> 0;
}
