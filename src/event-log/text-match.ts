/**
 * Whether a text is in an event, without regard to case: in a header's value, in the target (as sent, or with `%xx` and
 * `+` undone), or in the body's text. A body is read as it was sent, unpacked when it is compressed (up to a bound), with
 * the escapes of JSON undone, and with those of a form undone.
 */
import { headerOf, listHeaderOf, type Envelope } from "../event/index.ts";
import type { Refusal } from "./event-log.ts";
import { decodeContent } from "../payload/index.ts";

/** A body that unpacks to more is searched as it was sent alone. */
const MOST_UNPACKED_BYTES = 4 * 1024 * 1024;
/** Characters that neither JSON nor a form nor a URL writes in another way. */
const PLAIN = /^[\w.-]*$/;
const JSON_ESCAPE = /\\(?:u([\da-f]{4})|(["\\/bfnrt]))/gi;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

export class TextMatch {
  readonly #lower: string;
  readonly #isPlain: boolean;

  constructor(text: string) {
    this.#lower = text.toLowerCase();
    this.#isPlain = PLAIN.test(text);
  }

  isIn({ headers, target }: Pick<Envelope, "headers" | "target">, body: Uint8Array): boolean {
    return (
      headers.some(([, value]) => this.#is(value)) ||
      this.#is(target) ||
      (!this.#isPlain && this.#is(withoutPercents(target))) ||
      this.#isInBody(headers, body)
    );
  }

  /** The start of the body is all that there is of it. */
  isInRefusal(refusal: Refusal): boolean {
    return this.#is(refusal.detail) || this.#is(refusal.reason) || this.isIn(refusal, refusal.bodyStart);
  }

  #isInBody(headers: Envelope["headers"], body: Uint8Array): boolean {
    if (body.length === 0) return false;
    if (this.#isInText(headers, body)) return true;
    const unpacked = isPacked(headers) ? unpack(headers, body) : undefined;
    return unpacked !== undefined && this.#isInText(headers, unpacked);
  }

  #isInText(headers: Envelope["headers"], body: Uint8Array): boolean {
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
    if (this.#is(text)) return true;
    if (this.#isPlain) return false;
    if (text.includes("\\") && this.#is(withoutEscapes(text))) return true;
    return isForm(headers) && this.#is(withoutPercents(text));
  }

  #is(text: string): boolean {
    return text.toLowerCase().includes(this.#lower);
  }
}

/** Whether a body stands in the log compressed. */
export function isPacked(headers: Envelope["headers"]): boolean {
  const encoding = listHeaderOf(headers, "content-encoding");
  return encoding !== undefined && !/^(?:identity)?$/i.test(encoding.trim());
}

function unpack(headers: Envelope["headers"], body: Uint8Array): Uint8Array | undefined {
  try {
    return decodeContent(body, listHeaderOf(headers, "content-encoding"), MOST_UNPACKED_BYTES);
  } catch {
    // Damaged, of an unknown coding or too large.
    return undefined;
  }
}

function isForm(headers: Envelope["headers"]): boolean {
  return headerOf(headers, "content-type")?.toLowerCase().includes("x-www-form-urlencoded") === true;
}

function withoutPercents(text: string): string {
  if (!/[%+]/.test(text)) return text;
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

function withoutEscapes(text: string): string {
  return text.replace(JSON_ESCAPE, (_escape, hex: string | undefined, short = "") =>
    hex === undefined ? (SHORT_ESCAPES[String(short)] ?? String(short)) : String.fromCharCode(parseInt(hex, 16)),
  );
}
