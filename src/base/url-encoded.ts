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

/**
 * The fields in their order; `undefined` when there are more than `maxFields`: then none of them is read. `charset`: each
 * character of the text is a byte, and of those that a name or a value stands for it makes the text. Without it, they are UTF-8.
 */
export function parseUrlEncoded(
  text: string,
  maxFields: number,
  charset?: (bytes: Uint8Array) => string,
): UrlEncodedField[] | undefined {
  // Found first, read then: nothing is made of a text that has too many.
  const found: string[] = [];
  for (let start = nextField(text, 0); start < text.length;) {
    const mark = text.indexOf("&", start);
    const end = mark < 0 ? text.length : mark;
    if (found.length === maxFields) return undefined;
    found.push(text.slice(start, end));
    start = nextField(text, end);
  }
  const read = charset === undefined ? decode : (field: string): string => decodeBytes(field, charset);
  return found.map((field) => fieldOf(field, read));
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

function fieldOf(text: string, read: (text: string) => string): UrlEncodedField {
  const mark = text.indexOf("=");
  return mark < 0 ? [read(text), ""] : [read(text.slice(0, mark)), read(text.slice(mark + 1))];
}

/** Signs that stand for a byte become it; what is no UTF-8 then reads as replacement characters. */
function decode(text: string): string {
  if (!/[%+\ud800-\udfff]/.test(text)) return text;
  return unescaped(Buffer.from(text)).toString("utf8");
}

function decodeBytes(text: string, charset: (bytes: Uint8Array) => string): string {
  return /^[ -$&-*,-~]*$/.test(text) ? text : charset(unescaped(Buffer.from(text, "latin1")));
}

/** The bytes that the signs stand for, in the place of the signs. */
function unescaped(bytes: Buffer): Buffer {
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const escaped = byte === PERCENT ? byteOf(bytes[at + 1], bytes[at + 2]) : undefined;
    if (escaped !== undefined) at += 2;
    bytes[length++] = escaped ?? (byte === PLUS ? SPACE : byte);
  }
  return bytes.subarray(0, length);
}

/** The byte of two hexadecimal digits. */
function byteOf(high: number | undefined, low: number | undefined): number | undefined {
  const sixteens = DIGITS[high ?? 0] ?? NO_DIGIT;
  const ones = DIGITS[low ?? 0] ?? NO_DIGIT;
  return sixteens === NO_DIGIT || ones === NO_DIGIT ? undefined : sixteens * 16 + ones;
}
