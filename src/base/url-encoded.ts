/**
 * `application/x-www-form-urlencoded`, as the URL standard parses it (https://url.spec.whatwg.org/#urlencoded-parsing), in
 * time and memory that are a small multiple of the text. `URLSearchParams` appends piece by piece at every plus sign: 25 MB
 * of them, which anybody may send, took it seconds and a gigabyte.
 */

const AMPERSAND = 0x26;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;
const NO_DIGIT = 16;
const HEX_DIGITS = "0123456789abcdef";
/** The value of a hexadecimal digit by its character, else `NO_DIGIT`. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = HEX_DIGITS.indexOf(String.fromCharCode(code).toLowerCase());
  return digit < 0 ? NO_DIGIT : digit;
});

export type UrlEncodedField = readonly [name: string, value: string];

/** The fields in their order; `undefined` when there are more than `maxFields`: then none of them is read. */
export function parseUrlEncoded(text: string, maxFields: number): UrlEncodedField[] | undefined {
  // Found first, read then: nothing is made of a text that has too many.
  const found: string[] = [];
  for (let start = nextField(text, 0); start < text.length;) {
    const mark = text.indexOf("&", start);
    const end = mark < 0 ? text.length : mark;
    if (found.length === maxFields) return undefined;
    found.push(text.slice(start, end));
    start = nextField(text, end);
  }
  return found.map(fieldOf);
}

/** The parameters of a request's target, in their order: its head is bounded, so they are. */
export function queryFields(target: string): readonly UrlEncodedField[] {
  const mark = target.indexOf("?");
  return mark < 0 ? [] : (parseUrlEncoded(target.slice(mark + 1), Infinity) ?? []);
}

/** Where the next field begins: empty ones are none. */
function nextField(text: string, from: number): number {
  let start = from;
  while (text.charCodeAt(start) === AMPERSAND) start += 1;
  return start;
}

function fieldOf(text: string): UrlEncodedField {
  const mark = text.indexOf("=");
  return mark < 0 ? [decode(text), ""] : [decode(text.slice(0, mark)), decode(text.slice(mark + 1))];
}

/** Signs that stand for a byte become it; what is no UTF-8 then reads as replacement characters. */
function decode(text: string): string {
  if (!/[%+\ud800-\udfff]/.test(text)) return text;
  const bytes = Buffer.from(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const escaped = byte === PERCENT ? byteOf(bytes[at + 1], bytes[at + 2]) : undefined;
    if (escaped !== undefined) at += 2;
    bytes[length++] = escaped ?? (byte === PLUS ? SPACE : byte);
  }
  return bytes.toString("utf8", 0, length);
}

/** The byte of two hexadecimal digits. */
function byteOf(high: number | undefined, low: number | undefined): number | undefined {
  const sixteens = DIGITS[high ?? 0] ?? NO_DIGIT;
  const ones = DIGITS[low ?? 0] ?? NO_DIGIT;
  return sixteens === NO_DIGIT || ones === NO_DIGIT ? undefined : sixteens * 16 + ones;
}
