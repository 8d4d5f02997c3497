/**
 * Whether bytes are JSON (RFC 8259), without making anything of them: one pass, no garbage, no recursion. Ingress has to
 * know it before it answers, on the thread that acknowledges; building the values there would be most of a request's cost.
 *
 * Invariant: it says yes exactly when `JSON.parse` would accept the text and it nests no deeper than MAX_DEPTH (a property
 * test holds the two together).
 */
import { isUtf8 } from "node:buffer";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MAX_DEPTH = 10_000;

/** Bytes inside a string that need a look: the quote, the backslash, control characters. */
const SPECIAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);
const SPACE = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 ? 1 : 0,
);
const DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x30 && byte <= 0x39 ? 1 : 0));
const SIMPLE_ESCAPE = new Set(Array.from('"\\/bfnrt', (char) => char.charCodeAt(0)));

/** The offset at which the bytes stop being JSON in UTF-8; -1 when they are JSON. */
export function jsonFaultAt(bytes: Uint8Array): number {
  const checker = new JsonCheck(bytes);
  const faultAt = checker.run();
  return faultAt === -1 && !isUtf8(bytes) ? bytes.length : faultAt;
}

class JsonCheck {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  run(): number {
    // A byte order mark is not JSON, but senders write it and everyone reads it.
    if (this.#bytes[0] === 0xef && this.#bytes[1] === 0xbb && this.#bytes[2] === 0xbf) this.#at = 3;
    const isWhole = this.#values();
    this.#space();
    return isWhole && this.#at === this.#bytes.length ? -1 : this.#at;
  }

  /** Reads one value with all that is in it; `open` holds, for each container around, whether it is an object. */
  #values(): boolean {
    const open: boolean[] = [];
    for (;;) {
      this.#space();
      const byte = this.#bytes[this.#at];
      if (byte === 0x7b || byte === 0x5b) {
        this.#at += 1;
        const isObject = byte === 0x7b;
        this.#space();
        if (this.#bytes[this.#at] === (isObject ? 0x7d : 0x5d)) this.#at += 1;
        else {
          if (open.length >= MAX_DEPTH) return false;
          open.push(isObject);
          if (isObject && !this.#key()) return false;
          continue;
        }
      } else if (!this.#scalar(byte)) return false;
      if (!this.#close(open)) return false;
      if (open.length === 0) return true;
    }
  }

  /** Behind a value: a comma and the next key, or the end of containers. False at anything else. */
  #close(open: boolean[]): boolean {
    while (open.length > 0) {
      this.#space();
      const isObject = open[open.length - 1];
      const byte = this.#bytes[this.#at];
      if (byte === 0x2c) {
        this.#at += 1;
        if (isObject !== true) return true;
        this.#space();
        return this.#key();
      }
      if (byte !== (isObject === true ? 0x7d : 0x5d)) return false;
      this.#at += 1;
      open.pop();
    }
    return true;
  }

  #key(): boolean {
    if (this.#bytes[this.#at] !== QUOTE || !this.#string()) return false;
    this.#space();
    if (this.#bytes[this.#at] !== 0x3a) return false;
    this.#at += 1;
    return true;
  }

  #scalar(byte: number | undefined): boolean {
    switch (byte) {
      case QUOTE:
        return this.#string();
      case 0x74:
        return this.#word("true");
      case 0x66:
        return this.#word("false");
      case 0x6e:
        return this.#word("null");
      default:
        return this.#number();
    }
  }

  #string(): boolean {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    for (;;) {
      while (SPECIAL[bytes[at]!] === 0) at += 1;
      const byte = bytes[at];
      this.#at = at;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return true;
      }
      if (byte !== BACKSLASH) return false;
      at = this.#escapeEnd(at);
      if (at === -1) return false;
    }
  }

  /** The offset behind the escape at `at`; -1 when it is none. */
  #escapeEnd(at: number): number {
    const byte = this.#bytes[at + 1];
    if (byte !== 0x75) return byte !== undefined && SIMPLE_ESCAPE.has(byte) ? at + 2 : -1;
    for (let digit = at + 2; digit < at + 6; digit++) if (!isHex(this.#bytes[digit])) return -1;
    return at + 6;
  }

  #word(word: string): boolean {
    for (let at = 0; at < word.length; at++) if (this.#bytes[this.#at + at] !== word.charCodeAt(at)) return false;
    this.#at += word.length;
    return true;
  }

  /** number = [ "-" ] ( "0" | 1-9 { digit } ) [ "." digit { digit } ] [ e [ sign ] digit { digit } ] */
  #number(): boolean {
    const bytes = this.#bytes;
    if (bytes[this.#at] === 0x2d) this.#at += 1;
    if (bytes[this.#at] === 0x30) this.#at += 1;
    else if (!this.#digits()) return false;
    if (bytes[this.#at] === 0x2e) {
      this.#at += 1;
      if (!this.#digits()) return false;
    }
    if (bytes[this.#at] === 0x65 || bytes[this.#at] === 0x45) {
      this.#at += 1;
      if (bytes[this.#at] === 0x2b || bytes[this.#at] === 0x2d) this.#at += 1;
      if (!this.#digits()) return false;
    }
    return true;
  }

  #digits(): boolean {
    const from = this.#at;
    while (DIGIT[this.#bytes[this.#at] ?? 0] === 1) this.#at += 1;
    return this.#at > from;
  }

  #space(): void {
    while (SPACE[this.#bytes[this.#at] ?? 0] === 1) this.#at += 1;
  }
}

function isHex(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}
