/** How large the values of a script may become: checked where they grow, what is nested in them included. */
import { RhaiArray, RhaiBlob, RhaiMap } from "./containers.ts";
import { RhaiError } from "./errors.ts";
import { RuntimeBudget } from "./runtime-budget.ts";
import { type RhaiValue } from "./values.ts";

/** Containers in containers in containers …: deeper than this is refused like too large. */
const MAX_NESTING = 200;
/** A container may always grow by so much before it is counted, unless a bound is nearer. */
const MIN_SLACK = 1000;

export abstract class RuntimeSizes extends RuntimeBudget {
  /** The last large text, with the length of its UTF-8: a text that grows piece by piece is not gone through at each. */
  #measured = NOTHING_MEASURED;

  protected forgetSizes(): void {
    this.#measured = NOTHING_MEASURED;
  }

  /** The bytes of a blob, to be changed where they are. */
  ownBytes(blob: RhaiBlob, at: number): Uint8Array {
    if (blob.isShared) this.madeBytes(blob.bytes.length, at);
    return blob.own();
  }

  /** Gives a blob other bytes. Those that it had are gone, unless a copy has them, too. */
  renewBytes(blob: RhaiBlob, next: Uint8Array, at: number): void {
    this.madeBytes(blob.isShared ? next.length : next.length - blob.bytes.length, at);
    blob.replace(next);
    this.sized(blob, at);
  }

  /** Two texts as one, whose size is checked. */
  joined(left: string, right: string, at: number): string {
    const text = left + right;
    const { maxStringSize } = this.options;
    if (maxStringSize === 0 || text.length * MOST_BYTES_PER_UNIT <= maxStringSize) return text;
    const bytes = this.#utf8Length(left) + this.#utf8Length(right);
    if (bytes > maxStringSize) throw tooLarge("Length of string", at);
    this.#measured = { text, bytes };
    return text;
  }

  #utf8Length(text: string): number {
    return text === this.#measured.text ? this.#measured.bytes : Buffer.byteLength(text);
  }

  /** Checks the size of what a script makes. Returns the value. */
  sized<V extends RhaiValue>(value: V, at: number): V {
    const { maxStringSize, maxArraySize } = this.options;
    if (typeof value === "string") {
      const mayBeLong = maxStringSize > 0 && value.length * MOST_BYTES_PER_UNIT > maxStringSize;
      if (mayBeLong && this.#utf8Length(value) > maxStringSize) throw tooLarge("Length of string", at);
    } else if (value instanceof RhaiArray || value instanceof RhaiMap) {
      this.#counted(value, at);
    } else if (value instanceof RhaiBlob && maxArraySize > 0 && value.bytes.length > maxArraySize) {
      throw tooLarge("Size of array/BLOB", at);
    }
    return value;
  }

  /**
   * Checks a container that took in a value. Its size is only counted when so much was added that a bound may be
   * exceeded, or as much as there was: counting costs as much as making it, however it is made.
   */
  grew(container: RhaiArray | RhaiMap, value: RhaiValue, at: number): void {
    const taken = this.elementsOf(value);
    // Many elements in one step are many operations: what a script can hold is bounded by them, wherever it puts it.
    if (taken > 0) this.count(taken, at);
    container.slack -= 1 + taken;
    if (container.slack < 0) this.#counted(container, at);
  }

  /** Elements and keys of a container, nested ones included; 0 of anything else. */
  elementsOf(value: RhaiValue): number {
    return value instanceof RhaiArray || value instanceof RhaiMap ? total(weigh(value)) : 0;
  }

  /** Counts a container, nested ones included. @throws RhaiError when there are too many elements of a kind */
  #counted(container: RhaiArray | RhaiMap, at: number): void {
    const { maxArraySize, maxMapSize } = this.options;
    if (maxArraySize === 0 && maxMapSize === 0) return;
    const weight = weigh(container);
    if (maxArraySize > 0 && weight.items > maxArraySize) throw tooLarge("Size of array/BLOB", at);
    if (maxMapSize > 0 && weight.keys > maxMapSize) throw tooLarge("Size of object map", at);
    const left = Math.min(
      maxArraySize > 0 ? maxArraySize - weight.items : Number.POSITIVE_INFINITY,
      maxMapSize > 0 ? maxMapSize - weight.keys : Number.POSITIVE_INFINITY,
    );
    container.slack = Math.min(left, Math.max(MIN_SLACK, total(weight)));
  }

  /** A literal that took in containers. */
  readonly sizedLiteral = (value: RhaiArray | RhaiMap, at: number): RhaiValue => {
    this.#counted(value, at);
    return value;
  };
}

const NOTHING_MEASURED = { text: "", bytes: 0 };
/** A unit of UTF-16 takes at most so many bytes in UTF-8; the two of a pair take four. */
const MOST_BYTES_PER_UNIT = 3;

export function tooLarge(what: string, at: number): RhaiError {
  return new RhaiError("ErrorDataTooLarge", `${what} too large`, at, { fields: [["type", what]] });
}

interface Weight {
  items: number;
  keys: number;
}

function total({ items, keys }: Weight): number {
  return items + keys;
}

/** All elements and keys, nested ones included: what a script could hide in depth counts as well. */
function weigh(value: RhaiArray | RhaiMap): Weight {
  const weight = { items: 0, keys: 0 };
  addWeight(value, weight, 0);
  return weight;
}

function addWeight(value: RhaiArray | RhaiMap, weight: Weight, depth: number): void {
  if (depth > MAX_NESTING) weight.items = weight.keys = Number.POSITIVE_INFINITY;
  else if (value instanceof RhaiArray) {
    weight.items += value.items.length;
    for (const item of value.items)
      if (item instanceof RhaiArray || item instanceof RhaiMap) addWeight(item, weight, depth + 1);
  } else {
    weight.keys += value.entries.size;
    for (const item of value.entries.values())
      if (item instanceof RhaiArray || item instanceof RhaiMap) addWeight(item, weight, depth + 1);
  }
}
