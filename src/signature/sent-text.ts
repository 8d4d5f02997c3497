/**
 * JSON and forms that a sender wrote, as far as a scheme looks at them. That is before anything is verified, on the thread
 * that answers everyone: 25 MiB of tiny values take a parser ten seconds, and anybody can send them. So texts with more
 * values than any provider signs are not parsed.
 */

/**
 * More parameters than any provider sends. A form with more is not read at all, so that it cannot be a burden; of its first
 * ones alone, a signature over sorted fields would leave the others to whoever adds them.
 */
const MAX_FORM_FIELDS = 1000;
/** Some of these characters stand before every value of JSON. So many values take half a second at most. */
const MAX_JSON_VALUES = 500_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export type FormFields = readonly (readonly [name: string, value: string])[];

/** `undefined` when the text is not JSON, or has more values than are looked at. */
export function parseJson(text: string | undefined): unknown {
  if (text === undefined || hasManyValues(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The fields of a form or a query in their order; `undefined` when it has more than are looked at. */
export function parseUrlEncoded(text: string): FormFields | undefined {
  if (hasManyFields(text)) return undefined;
  const fields: [name: string, value: string][] = [];
  // Not split: 25 MiB of separators would become as many empty texts.
  for (let start = 0; start < text.length; start++) {
    if (text.charCodeAt(start) === AMPERSAND) continue;
    const end = endOfField(text, start);
    fields.push(fieldOf(text.slice(start, end)));
    start = end;
  }
  return fields;
}

function fieldOf(text: string): [name: string, value: string] {
  const equals = text.indexOf("=");
  return equals < 0
    ? [decodeFormText(text), ""]
    : [decodeFormText(text.slice(0, equals)), decodeFormText(text.slice(equals + 1))];
}

const AMPERSAND = 0x26;
const PLUS = 0x2b;
const PERCENT = 0x25;
const SPACE = 0x20;
/** The value of a byte that is a hexadecimal digit; -1 for others. */
const HEX = Int8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? -1 : value;
});
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The name or value of a field as the WHATWG URL standard (section 5.1) decodes it. `URLSearchParams` would do the same, but
 * takes six seconds for 25 MiB of plus signs.
 */
function decodeFormText(text: string): string {
  if (!/[+%]/.test(text)) return text;
  const bytes = Buffer.from(text, "utf8");
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const high = byte === PERCENT ? (HEX[bytes[at + 1] ?? 0] ?? -1) : -1;
    const low = high < 0 ? -1 : (HEX[bytes[at + 2] ?? 0] ?? -1);
    bytes[length++] = low >= 0 ? high * 16 + low : byte === PLUS ? SPACE : byte;
    if (low >= 0) at += 2;
  }
  return utf8.decode(bytes.subarray(0, length));
}

function hasManyFields(text: string): boolean {
  let fields = 0;
  for (let start = 0; start < text.length; start++) {
    if (text.charCodeAt(start) === AMPERSAND) continue;
    if (++fields > MAX_FORM_FIELDS) return true;
    start = endOfField(text, start);
  }
  return false;
}

function endOfField(text: string, start: number): number {
  const found = text.indexOf("&", start);
  return found < 0 ? text.length : found;
}

function hasManyValues(text: string): boolean {
  // Each value takes two characters at least.
  if (text.length <= 2 * MAX_JSON_VALUES) return false;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if ((unit === COMMA || unit === OPEN_LIST || unit === OPEN_OBJECT) && ++values > MAX_JSON_VALUES) return true;
  }
  return false;
}

/** How deep JSON nests, and how many steps of indentation it takes to write it with one line for each value. */
export function jsonShape(text: string): { readonly depth: number; readonly indents: number } {
  let deepest = 0;
  let depth = 0;
  let indents = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if (unit === OPEN_LIST || unit === OPEN_OBJECT) indents += ++depth;
    else if (unit === CLOSE_LIST || unit === CLOSE_OBJECT) indents += --depth;
    else if (unit === COMMA) indents += depth;
    if (depth > deepest) deepest = depth;
  }
  return { depth: deepest, indents };
}

/** Where the string ends that begins at a quote; the text's end where it does not end. */
function endOfString(text: string, quote: number): number {
  for (let end = text.indexOf('"', quote + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}
