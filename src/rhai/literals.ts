/** Numbers, characters and strings: where they end, what they mean, what is wrong with them. */

export interface Scanned {
  readonly value: bigint | number | string;
  readonly end: number;
  readonly fault?: string;
  readonly faultAt?: number;
}

const RADIX: Readonly<Record<string, number>> = { x: 16, o: 8, b: 2 };
const PREFIXED = /-?0([xob])_*([0-9a-f_]+)/iy;
/** A dot only belongs to a number when no second dot, name or underscore follows: `1..2` is a range, `1.abs()` a call. */
const DECIMAL = /-?\d[\d_]*(?:(\.\d[\d_]*|\.(?![.\p{XID_Start}_]))?(?:e[+-]?\d[\d_]*)?)?/iuy;

/** `42`, `1_000`, `0xff`, `1.5e-3`; an integer that is no i64 becomes a float, a hexadecimal one wraps. */
export function scanNumber(text: string, start: number): Scanned {
  PREFIXED.lastIndex = start;
  const prefixed = PREFIXED.exec(text);
  if (prefixed !== null) return prefixedInt(prefixed, start);
  DECIMAL.lastIndex = start;
  const matched = DECIMAL.exec(text)?.[0] ?? text[start]!;
  const end = start + matched.length;
  const digits = matched.replaceAll("_", "");
  if (/^-?\d+$/.test(digits)) {
    const value = BigInt(digits);
    return value === BigInt.asIntN(64, value) ? { value, end } : { value: Number(digits), end };
  }
  return { value: Number(digits), end };
}

function prefixedInt(match: RegExpExecArray, start: number): Scanned {
  const radix = RADIX[match[1]!.toLowerCase()]!;
  const digits = match[2]!.replaceAll("_", "");
  const end = start + match[0].length;
  const allowed = "0123456789abcdef".slice(0, radix);
  if (digits === "" || Array.from(digits.toLowerCase()).some((digit) => !allowed.includes(digit))) {
    return { value: 0n, end, fault: `"${match[0]}" is no number of base ${radix}.` };
  }
  const value = BigInt(`0${match[1]!.toLowerCase()}${digits}`);
  if (value >= 2n ** 64n) return { value: 0n, end, fault: `"${match[0]}" does not fit into 64 bits.` };
  const wrapped = BigInt.asIntN(64, value);
  return { value: match[0].startsWith("-") ? BigInt.asIntN(64, -wrapped) : wrapped, end };
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "\\": "\\",
  '"': '"',
  "'": "'",
  "`": "`",
  "0": "\0",
};
const HEX_ESCAPES: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

interface Escape {
  readonly text: string;
  readonly end: number;
  readonly fault?: string;
}

/** Reads the escape whose backslash is at `at`. */
function scanEscape(text: string, at: number): Escape {
  const letter = text[at + 1] ?? "";
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined && letter !== "0") return { text: simple, end: at + 2 };
  const count = HEX_ESCAPES[letter];
  if (count === undefined) return { text: "", end: at + 2, fault: `"\\${letter}" is no escape sequence.` };
  const digits = text.slice(at + 2, at + 2 + count);
  const code = /^[0-9a-fA-F]+$/.test(digits) && digits.length === count ? Number.parseInt(digits, 16) : Number.NaN;
  const isScalar = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  if (!isScalar) return { text: "", end: at + 2, fault: `"\\${letter}${digits}" is no character.` };
  return { text: String.fromCodePoint(code), end: at + 2 + count };
}

/** `"…"`: escapes, two quotes for one, and a backslash at the end of a line that joins it with the next. */
export function scanQuoted(text: string, start: number): Scanned {
  let value = "";
  let at = start + 1;
  let fault: string | undefined;
  let faultAt = start;
  const indent = start - (text.lastIndexOf("\n", start) + 1) + 1;
  for (;;) {
    const char = text[at];
    if (char === undefined || char === "\n") {
      return { value, end: at, fault: fault ?? 'This string is not closed: a " is missing.', faultAt };
    }
    if (char === '"') {
      if (text[at + 1] !== '"') break;
      value += '"';
      at += 2;
    } else if (
      char === "\\" &&
      /\r?\n/y.test(text.slice(at + 1, at + 3)) &&
      /^\r?\n/.test(text.slice(at + 1, at + 3))
    ) {
      at = skipIndent(text, text.indexOf("\n", at) + 1, indent);
    } else if (char === "\\") {
      const escape = scanEscape(text, at);
      if (escape.fault !== undefined && fault === undefined) [fault, faultAt] = [escape.fault, at];
      value += escape.text;
      at = escape.end;
    } else {
      value += char;
      at += 1;
    }
  }
  return fault === undefined ? { value, end: at + 1 } : { value, end: at + 1, fault, faultAt };
}

/** A continued line loses its blanks up to the column in which the string's text began. */
function skipIndent(text: string, at: number, indent: number): number {
  let skipped = 0;
  while (skipped < indent && (text[at + skipped] === " " || text[at + skipped] === "\t")) skipped += 1;
  return at + skipped;
}

/** `#"…"#`: nothing inside means anything but the closing mark with as many `#`. */
export function scanRaw(text: string, start: number): Scanned {
  let hashes = 0;
  while (text[start + hashes] === "#") hashes += 1;
  const close = `"${"#".repeat(hashes)}`;
  const from = start + hashes + 1;
  const end = text.indexOf(close, from);
  if (end === -1) return { value: "", end: text.length, fault: `This string is not closed: ${close} is missing.` };
  return { value: text.slice(from, end), end: end + close.length };
}

/** `'x'`: exactly one character or escape. */
export function scanChar(text: string, start: number): Scanned {
  const escape = text[start + 1] === "\\" ? scanEscape(text, start + 1) : undefined;
  if (escape?.fault !== undefined) return { value: "\0", end: closeOf(text, escape.end), fault: escape.fault };
  const point = text.codePointAt(start + 1);
  const value = escape?.text ?? (point === undefined ? "" : String.fromCodePoint(point));
  const end = escape?.end ?? start + 1 + value.length;
  if (value === "" || (escape === undefined && (value === "\n" || value === "'"))) {
    return { value: "\0", end: start + 2, fault: "A character literal holds exactly one character." };
  }
  if (text[end] !== "'")
    return {
      value: "\0",
      end: closeOf(text, end),
      fault: 'A character literal holds exactly one character; a text stands in "…".',
    };
  return { value, end: end + 1 };
}

function closeOf(text: string, from: number): number {
  const line = text.indexOf("\n", from);
  const close = text.indexOf("'", from);
  return close === -1 || (line !== -1 && close > line) ? from : close + 1;
}
