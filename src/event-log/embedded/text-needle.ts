/**
 * A text that is looked for in the journal's bytes and then in an event. The bytes are read as Latin-1, which costs a
 * copy and no decoding, and searched by one regular expression over the text's UTF-8 bytes in either case, as they
 * stand in a body, and as JSON writes them in a record's meta. What that finds is a candidate: `isIn` decides.
 */
import type { EnvelopeHead } from "./event-record.ts";

export class TextNeedle {
  readonly #lower: string;
  /** Finds candidates; global, so that `lastIndex` says where to go on. */
  readonly pattern: RegExp;

  constructor(text: string) {
    this.#lower = text.toLowerCase();
    const forms = new Set([text, JSON.stringify(text).slice(1, -1)]);
    this.pattern = new RegExp([...forms].map(bytesPattern).join("|"), isAscii(text) ? "gi" : "g");
  }

  /** Whether the text is in a header's value or in the body. */
  isIn(envelope: EnvelopeHead, body: Uint8Array): boolean {
    if (envelope.headers.some(([, value]) => value.toLowerCase().includes(this.#lower))) return true;
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
    return text.toLowerCase().includes(this.#lower);
  }
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

function bytesPattern(text: string): string {
  if (isAscii(text)) return escaped(text);
  return Array.from(text, (char) => {
    const cases = new Set([char, char.toLowerCase(), char.toUpperCase()]);
    return `(?:${[...cases].map((each) => escaped(Buffer.from(each, "utf8").toString("latin1"))).join("|")})`;
  }).join("");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
