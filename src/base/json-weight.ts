/**
 * How much memory the values of a JSON text take. It is no matter of the text's length: a payload of 25 MiB is 50 MiB of
 * values as senders mean it, and 700 when it is made of brackets. A thread that finds out while it parses is lost, and
 * where one allocation is large, the whole process with it.
 *
 * The figures are those of V8 on 64 bits, measured for texts of one kind each; the sum is never much below what a text
 * takes, and at most some three times of it. A sender who means harm chooses what is heaviest, so each kind of value has
 * its figure, also those that nobody else sends.
 */

const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const CAPITAL_E = 0x45;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const SMALL_E = 0x65;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** The first byte of UTF-8 whose character does not fit into one byte of a string. */
const TWO_BYTES_FROM = 0xc4;

/** An array or object with its first item. */
const CONTAINER_BYTES = 56;
const ITEM_BYTES = 8;
/** A number that is no small integer, and not alone with others of its kind. */
const FLOAT_BYTES = 16;
/** Digits of an integer that may be no small one (below 2^31). */
const FLOAT_DIGITS = 10;
/** An integer that `parseJson` keeps exactly: its mark, its pieces, and its value. */
const LONG_INTEGER_BYTES = 200;
const LONG_INTEGER_DIGITS = 16;
const STRING_BYTES = 24;
/** A key that was not met shortly before behind the same keys: the key, and the shape of the object that it is in. */
const NEW_KEY_BYTES = 144;
/** A key that is the index of an array: such an object has a table of its own for them. */
const INDEX_KEY_BYTES = 200;
/** A longer one is no index, also where its digits are escaped. */
const INDEX_KEY_CHARS = 60;
/** An object with more keys than that has no shape that others share, but a table of its own. */
const SHARED_SHAPE_KEYS = 128;
const OWN_SHAPE_BYTES = 64;
/** Keys that are remembered, by the hash of them and of those before them in their object. */
const KNOWN_KEYS = 4096;
/** Containers around a value that are told from each other; deeper, what is told of their keys is too much. */
const DEPTHS = 512;
/** Two keys that share a hash count as one: which do is not for the sender to know. */
const SEED = Math.trunc(Math.random() * 2 ** 32);

/** Bytes of values that a byte of JSON makes at most. */
export const MOST_BYTES_PER_BYTE = 46;

/** Bytes that the values of a JSON text (or whatever else; then it means nothing) take, about. */
export function weightOfJson(json: Uint8Array): number {
  return new Weighing(json).weight();
}

class Weighing {
  readonly #json: Uint8Array;
  readonly #knownKeys = new Int32Array(KNOWN_KEYS);
  /** For each container around: the hash of its keys so far, and how many they are. */
  readonly #shapes = new Int32Array(DEPTHS);
  readonly #keyCounts = new Int32Array(DEPTHS);
  #depth = 0;
  #weight = 0;
  /** Bytes of a character in the text, which is copied where it has integers that `parseJson` keeps exactly. */
  #width = 1;
  #isCopied = false;

  constructor(json: Uint8Array) {
    this.#json = json;
  }

  weight(): number {
    const json = this.#json;
    for (let at = 0; at < json.length; at++) {
      const byte = json[at]!;
      switch (byte) {
        case COMMA:
          this.#weight += ITEM_BYTES;
          break;
        case OPEN_OBJECT:
        case OPEN_ARRAY:
          this.#open();
          break;
        case CLOSE_OBJECT:
        case CLOSE_ARRAY:
          this.#depth = (this.#depth - 1) & (DEPTHS - 1);
          break;
        case QUOTE:
          at = this.#text(at + 1);
          break;
        default:
          if (byte === MINUS || isDigit(byte)) at = this.#number(at);
      }
    }
    return this.#weight + (this.#isCopied ? this.#width * json.length : 0);
  }

  #open(): void {
    this.#weight += CONTAINER_BYTES;
    this.#depth = (this.#depth + 1) & (DEPTHS - 1);
    this.#shapes[this.#depth] = SEED;
    this.#keyCounts[this.#depth] = 0;
  }

  /** Weighs a string from its first character on, and returns the offset of its last byte, or of the last white one behind it. */
  #text(start: number): number {
    const json = this.#json;
    let hash = this.#shapes[this.#depth]!;
    let width = 1;
    let end = start;
    for (let byte = json[end]; byte !== QUOTE && byte !== undefined; byte = json[++end]) {
      if (byte === BACKSLASH) end += 1;
      if (byte >= TWO_BYTES_FROM) width = 2;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    if (width === 2) this.#width = 2;
    let at = end;
    while (json[at + 1]! <= SPACE) at += 1;
    if (json[at + 1] === COLON) this.#key(start, end, hash, width);
    else this.#weight += STRING_BYTES + width * (end - start);
    return at;
  }

  #key(start: number, end: number, hash: number, width: number): void {
    const count = this.#keyCounts[this.#depth]! + 1;
    this.#keyCounts[this.#depth] = count;
    if (count > SHARED_SHAPE_KEYS) this.#weight += OWN_SHAPE_BYTES;
    if (isIndex(this.#json, start, end)) {
      this.#weight += INDEX_KEY_BYTES;
      return;
    }
    this.#shapes[this.#depth] = hash;
    const place = (hash ^ (hash >>> 16)) & (KNOWN_KEYS - 1);
    if (this.#knownKeys[place] !== hash) this.#weight += NEW_KEY_BYTES + width * (end - start);
    this.#knownKeys[place] = hash;
  }

  /** Weighs a number, and returns the offset of its last byte. */
  #number(start: number): number {
    const json = this.#json;
    let end = start + 1;
    while (isDigit(json[end])) end += 1;
    const digits = end - start;
    const isInteger = !isOfFloat(json[end]);
    while (isDigit(json[end]) || isOfFloat(json[end])) end += 1;
    if (isInteger && digits >= LONG_INTEGER_DIGITS) {
      this.#weight += LONG_INTEGER_BYTES;
      this.#isCopied = true;
    } else if (!isInteger || digits >= FLOAT_DIGITS || json[start] === MINUS) this.#weight += FLOAT_BYTES;
    return end - 1;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** Whether a byte is none of an integer's, behind its first. */
function isOfFloat(byte: number | undefined): boolean {
  return byte === POINT || byte === CAPITAL_E || byte === SMALL_E || byte === PLUS || byte === MINUS;
}

/** Whether a key is made of digits, or of escapes, which may be digits. */
function isIndex(json: Uint8Array, start: number, end: number): boolean {
  if (end === start || end - start > INDEX_KEY_CHARS) return false;
  for (let at = start; at < end; at++) {
    if (json[at] === BACKSLASH) at += 5;
    else if (!isDigit(json[at])) return false;
  }
  return true;
}
