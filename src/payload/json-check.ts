/**
 * Whether bytes are JSON (RFC 8259), without making anything of them: one pass, no garbage, no recursion. Ingress has to
 * know it before it answers, on the thread that acknowledges; building the values there would be most of a request's cost.
 * A large body can be checked in slices, with other requests between them.
 *
 * Invariants:
 * 1. It says yes exactly when `JSON.parse` would accept the text and it nests no deeper than MAX_JSON_DEPTH (a property test
 *    holds the two together).
 * 2. How the bytes are sliced changes nothing of the result.
 *
 * The loops keep what they need in local variables and take strings four bytes at a time: this is the hottest code of an
 * acknowledgement (docs/design/speed.md).
 */
import { isUtf8 } from "node:buffer";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/**
 * Containers in containers, in every payload. What is deeper is refused, as everything behind would have to walk it:
 * no sender nests like that, and many readers of JSON take no more (PHP's takes 512, .NET's 64).
 */
export const MAX_JSON_DEPTH = 500;

/** Bytes inside a string that need a look: the quote, the backslash, control characters. */
const SPECIAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);
const SPACE = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 ? 1 : 0,
);
const SIMPLE_ESCAPE = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** What may come next. `FIRST_…`: right behind the opening bracket, where the closing one may come instead. */
const VALUE = 0;
const FIRST_VALUE = 1;
const KEY = 2;
const FIRST_KEY = 3;
const COLON = 4;
const COMMA_OR_CLOSE = 5;
const END = 6;

/** A check that can be left and taken up again. */
export class JsonCheck {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  #expected = VALUE;
  /** Whether a string was begun and not finished in the slice before. */
  #isInString = false;
  #isTooDeep = false;
  /** For each container around, 1 when it is an object, else 0. */
  readonly #open: (0 | 1)[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // A byte order mark is not JSON, but senders write it and everyone reads it.
    this.#at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  }

  /** Whether the fault that was found is a container too many around a value, in what may be JSON. */
  get isTooDeep(): boolean {
    return this.#isTooDeep;
  }

  /**
   * Reads about `byteCount` bytes more, at least one. Undefined: so far it is JSON, and there is more to read. Otherwise
   * the offset at which the bytes stop being JSON in UTF-8, or -1 when they are JSON.
   */
  advance(byteCount: number): number | undefined {
    const end = this.#bytes.length;
    const at = this.#tokens(Math.min(this.#at + byteCount, end));
    if (at < 0) return ~at;
    this.#at = at;
    if (at < end) return undefined;
    return this.#expected === END && isUtf8(this.#bytes) ? -1 : end;
  }

  /**
   * Reads tokens up to `until` or a little behind it. Returns where it stands; the complement of the offset of a fault.
   * One long loop on purpose, in this order and with numbers for flags: it takes two thirds of the time of the same in
   * small methods.
   */
  #tokens(until: number): number {
    const bytes = this.#bytes;
    const view = this.#view;
    const open = this.#open;
    const lastWord = until - 4;
    let at = this.#isInString ? this.#restOfString(until) : this.#at;
    let expected = this.#expected;
    let depth = open.length;
    let isInObject = depth > 0 ? open[depth - 1]! : 0;
    while (at >= 0 && at < until) {
      let byte = bytes[at]!;
      while (byte <= 0x20 && SPACE[byte] === 1) {
        at += 1;
        byte = at < until ? bytes[at]! : 0;
      }
      if (at >= until) break;
      if (expected === COMMA_OR_CLOSE) {
        if (byte === 0x2c) {
          at += 1;
          expected = isInObject === 1 ? KEY : VALUE;
          continue;
        }
        if (byte !== (isInObject === 1 ? 0x7d : 0x5d)) return ~at;
        at += 1;
        depth -= 1;
        open.pop();
        if (depth > 0) isInObject = open[depth - 1]!;
        else expected = END;
      } else if (byte === QUOTE && expected <= FIRST_KEY) {
        at += 1;
        for (;;) {
          while (at <= lastWord && !holdsSpecial(view.getInt32(at, true))) at += 4;
          byte = at < until ? bytes[at]! : 0;
          while (SPECIAL[byte] === 0) {
            at += 1;
            byte = at < until ? bytes[at]! : 0;
          }
          if (byte === QUOTE) break;
          if (at >= until) {
            this.#isInString = true;
            this.#expected = expected;
            return at;
          }
          if (byte !== BACKSLASH) return ~at;
          at = escapeEnd(bytes, at);
          if (at < 0) return at;
        }
        at += 1;
        if (expected < KEY) expected = depth === 0 ? END : COMMA_OR_CLOSE;
        else if (at < until && bytes[at] === 0x3a) {
          at += 1;
          expected = VALUE;
        } else expected = COLON;
      } else if (byte === 0x7b) {
        if (expected > FIRST_VALUE || depth >= MAX_JSON_DEPTH) return this.#refuseOpening(at, expected);
        at += 1;
        open.push(1);
        depth += 1;
        isInObject = 1;
        expected = FIRST_KEY;
      } else if (byte === 0x5b) {
        if (expected > FIRST_VALUE || depth >= MAX_JSON_DEPTH) return this.#refuseOpening(at, expected);
        at += 1;
        open.push(0);
        depth += 1;
        isInObject = 0;
        expected = FIRST_VALUE;
      } else if (byte === 0x7d || byte === 0x5d) {
        // An empty container; one that holds something is closed above.
        if (expected !== (byte === 0x7d ? FIRST_KEY : FIRST_VALUE)) return ~at;
        at += 1;
        depth -= 1;
        open.pop();
        isInObject = depth > 0 ? open[depth - 1]! : 0;
        expected = depth === 0 ? END : COMMA_OR_CLOSE;
      } else if (expected === COLON) {
        if (byte !== 0x3a) return ~at;
        at += 1;
        expected = VALUE;
      } else {
        if (expected > FIRST_VALUE) return ~at;
        at = scalarEnd(bytes, at);
        if (at < 0) return at;
        expected = depth === 0 ? END : COMMA_OR_CLOSE;
      }
    }
    this.#expected = expected;
    return at;
  }

  #refuseOpening(at: number, expected: number): number {
    this.#isTooDeep = expected <= FIRST_VALUE;
    return ~at;
  }

  /** Goes on in a string that was left, and returns the offset behind it; at or behind `until` it may still be open. */
  #restOfString(until: number): number {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at >= 0 && at < until) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.#isInString = false;
        if (this.#expected >= KEY) this.#expected = COLON;
        else this.#expected = this.#open.length === 0 ? END : COMMA_OR_CLOSE;
        return at + 1;
      }
      if (SPECIAL[byte] === 0) at += 1;
      else at = byte === BACKSLASH ? escapeEnd(bytes, at) : ~at;
    }
    return at;
  }
}

/** Whether bytes are JSON that nests no deeper than MAX_JSON_DEPTH. */
export function isJson(bytes: Uint8Array): boolean {
  return new JsonCheck(bytes).advance(Number.MAX_SAFE_INTEGER) === -1;
}

/** Whether JSON has more containers in containers than a payload may have. */
export function nestsTooDeep(json: string): boolean {
  // Each level takes two characters at least.
  if (json.length <= 2 * MAX_JSON_DEPTH) return false;
  const check = new JsonCheck(Buffer.from(json));
  check.advance(Number.MAX_SAFE_INTEGER);
  return check.isTooDeep;
}

/**
 * Whether one of four bytes is special. A byte x of the word is below n exactly when `x - n` borrows into its own high
 * bit and x has none; with the word xored by a character, that character is what is below 1. A borrow can spill into a
 * higher byte only behind a byte that is special itself.
 */
function holdsSpecial(word: number): boolean {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  const control = (word - 0x20202020) & ~word;
  const either = ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash);
  return ((control | either) & 0x80808080) !== 0;
}

/** The offset behind the escape at `at`, or the complement of `at`. */
function escapeEnd(bytes: Uint8Array, at: number): number {
  const byte = bytes[at + 1];
  if (byte !== 0x75) return byte !== undefined && SIMPLE_ESCAPE[byte] === 1 ? at + 2 : ~at;
  for (let digit = at + 2; digit < at + 6; digit++) if (!isHex(bytes[digit])) return ~at;
  return at + 6;
}

function isHex(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}

/** The offset behind the word or number at `at`, or the complement of the offset where it stops being one. */
function scalarEnd(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case 0x74:
      return wordEnd(bytes, at, "true");
    case 0x66:
      return wordEnd(bytes, at, "false");
    case 0x6e:
      return wordEnd(bytes, at, "null");
    default:
      return numberEnd(bytes, at);
  }
}

function wordEnd(bytes: Uint8Array, from: number, word: string): number {
  for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word.charCodeAt(at)) return ~from;
  return from + word.length;
}

/** number = [ "-" ] ( "0" | 1-9 { digit } ) [ "." digit { digit } ] [ e [ sign ] digit { digit } ] */
function numberEnd(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from;
  at = bytes[at] === 0x30 ? at + 1 : digitsEnd(bytes, at);
  if (at >= 0 && bytes[at] === 0x2e) at = digitsEnd(bytes, at + 1);
  if (at >= 0 && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
    const isSigned = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d;
    at = digitsEnd(bytes, isSigned ? at + 2 : at + 1);
  }
  return at;
}

/** The offset behind one digit or more; the complement of `from` when there is none. */
function digitsEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.length;
  let at = from;
  while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at += 1;
  return at === from ? ~from : at;
}
