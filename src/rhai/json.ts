/**
 * JSON in (out: `json-text.ts`) without losing digits. An integer that is an i64 stays exact, any other number is a float, and a
 * float is written with its point, so that it comes back as a float.
 */
import { RhaiArray, RhaiMap } from "./containers.ts";
import { endOfString, mapContainers, unitsOf, type JsonContainers, type TextUnits } from "./json-containers.ts";
import { BYTES, type JsonRoom } from "./json-room.ts";
import { RhaiFloat, checkedInt, type RhaiValue } from "./values.ts";

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const MAX_DEPTH = 500;
/** Below this length reading all at once costs less than looking for the containers first. */
const LAZY_FROM = 512;
/** A container shorter than this is read with the one around it: to put it off would cost more. */
const PUT_OFF_FROM = 16;
/** What may be an i64: a sign and 19 digits. Making a bigint of many more would take seconds, only to find it too large. */
const MAX_INTEGER_LENGTH = 20;

/**
 * What may be a number that JavaScript does not keep: a float, which it does not tell from an integer, or one with many
 * digits. It may also be found in a string, which only costs time.
 */
const INEXACT = /[:,[]\s*-?(?:\d+(?:\.\d+)?[eE][+-]?\d+|\d+\.\d+|\d{16,})\s*[,\]}]/;
const OPENING = /^\s*[[{]/;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const FIRST_PRINTABLE = 0x20;

function isSpace(code: number | undefined): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/**
 * Parses JSON into Rhai values.
 * @throws SyntaxError with the offset at which the text stops being JSON.
 */
export function parseJsonValue(text: string): RhaiValue {
  const plain = OPENING.test(text) && !INEXACT.test(text) ? parsed(text) : undefined;
  return plain === undefined ? new JsonReader(text).document() : converted(plain, 0);
}

/**
 * Reads JSON as far as it is asked for: of a large text only the outermost container is read now, each one inside when
 * a script first looks into it. A payload costs a script what it uses of it.
 * @throws SyntaxError when brackets and strings do not close; any other fault of the text shows where it is read. RhaiError
 * when what is read takes more than `room`, now or later.
 */
export function lazyJsonValue(text: string, room?: JsonRoom): RhaiValue {
  return text.length < LAZY_FROM
    ? parseJsonValue(text)
    : new JsonReader(text, mapContainers(text, room), room).document();
}

/** What JavaScript makes of it, several times as fast as the reader here. Undefined when it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** JSON as JavaScript reads it, in which all numbers are integers that it holds exactly. */
function converted(value: unknown, depth: number): RhaiValue {
  if (depth > MAX_DEPTH) throw tooDeep();
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return value + 0;
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) return new RhaiArray(value.map((item: unknown) => converted(item, depth + 1)));
  const entries = new Map<string, RhaiValue>();
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(fields)) entries.set(key, converted(fields[key], depth + 1));
  return new RhaiMap(entries);
}

function tooDeep(): SyntaxError {
  return new SyntaxError(`the JSON nests more than ${MAX_DEPTH} levels deep`);
}

class JsonReader {
  readonly #text: string;
  /** For looking at single units: asking the text for them is slow where many kinds of texts were seen. */
  readonly #units: TextUnits;
  readonly #containers: JsonContainers | undefined;
  readonly #room: JsonRoom | undefined;
  #at: number;
  /** The number of the next container in the text. */
  #next: number;

  constructor(text: string, containers?: JsonContainers, room?: JsonRoom, at = 0, next = 0) {
    this.#text = text;
    this.#room = room;
    this.#units = containers?.units ?? unitsOf(text);
    this.#containers = containers;
    this.#at = at;
    this.#next = next;
  }

  document(): RhaiValue {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault();
    return value;
  }

  #value(depth: number): RhaiValue {
    if (depth > MAX_DEPTH) throw tooDeep();
    this.#space();
    const first = this.#units[this.#at];
    switch (first) {
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        return this.#containers === undefined
          ? this.#container(first, depth)
          : this.#mapped(first, depth, this.#containers);
      case QUOTE:
        this.#room?.take(BYTES.text);
        return this.#string();
      case 0x74:
        return this.#word("true", true);
      case 0x66:
        return this.#word("false", false);
      case 0x6e:
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #container(open: number, depth: number): RhaiValue {
    return open === OPEN_OBJECT ? new RhaiMap(this.#entries(depth)) : new RhaiArray(this.#items(depth));
  }

  /** A container of which it is known where it ends: inside of another, a long one is read when it is asked for. */
  #mapped(open: number, depth: number, containers: JsonContainers): RhaiValue {
    const at = this.#at;
    const number = this.#next;
    const end = containers.ends[number] ?? this.#text.length;
    if (depth === 0 || end - at < PUT_OFF_FROM) {
      this.#next += 1;
      return this.#container(open, depth);
    }
    this.#at = end;
    this.#next = containers.behind[number] ?? number + 1;
    const reader = (): JsonReader => new JsonReader(this.#text, containers, this.#room, at, number + 1);
    return open === OPEN_OBJECT ? RhaiMap.later(() => reader().#entries(0)) : RhaiArray.later(() => reader().#items(0));
  }

  #entries(depth: number): Map<string, RhaiValue> {
    const entries = new Map<string, RhaiValue>();
    this.#room?.take(BYTES.object);
    this.#at += 1;
    this.#space();
    if (this.#take(CLOSE_OBJECT)) return entries;
    do {
      this.#space();
      const key = this.#string();
      this.#space();
      if (!this.#take(COLON)) throw this.#fault();
      this.#room?.take(BYTES.entry + key.length);
      entries.set(key, this.#value(depth + 1));
      this.#space();
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_OBJECT)) throw this.#fault();
    return entries;
  }

  #items(depth: number): RhaiValue[] {
    const items: RhaiValue[] = [];
    this.#room?.take(BYTES.array);
    this.#at += 1;
    this.#space();
    if (this.#take(CLOSE_ARRAY)) return items;
    do {
      this.#room?.take(BYTES.item);
      items.push(this.#value(depth + 1));
      this.#space();
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_ARRAY)) throw this.#fault();
    return items;
  }

  #string(): string {
    const units = this.#units;
    if (units[this.#at] !== QUOTE) throw this.#fault();
    // Nearly every string has no escapes: its end is the next quote.
    let end = this.#at + 1;
    let code = units[end] ?? 0;
    while (code >= FIRST_PRINTABLE && code !== QUOTE && code !== BACKSLASH) code = units[++end] ?? 0;
    if (code !== QUOTE) return this.#escapedString(end);
    const plain = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return plain;
  }

  /** A string that is plain up to `from`. No regular expression: those end with a full stack at some megabytes. */
  #escapedString(from: number): string {
    const start = this.#at;
    const end = endOfString(this.#units, from - 1);
    try {
      const text = JSON.parse(this.#text.slice(start, end + 1)) as string;
      this.#at = end + 1;
      return text;
    } catch {
      throw this.#fault();
    }
  }

  #number(): RhaiValue {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) throw this.#fault();
    this.#at += match[0].length;
    const isFloat = match[1] !== undefined || match[2] !== undefined;
    const quick = Number(match[0]);
    if (!isFloat && Number.isSafeInteger(quick)) return quick + 0;
    this.#room?.take(BYTES.float);
    if (isFloat) return new RhaiFloat(quick);
    const exact = match[0].length > MAX_INTEGER_LENGTH ? undefined : checkedInt(BigInt(match[0]));
    return exact ?? new RhaiFloat(quick);
  }

  #word<V extends RhaiValue>(word: string, value: V): V {
    if (!this.#text.startsWith(word, this.#at)) throw this.#fault();
    this.#at += word.length;
    return value;
  }

  #take(unit: number): boolean {
    if (this.#units[this.#at] !== unit) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    while (isSpace(this.#units[this.#at])) this.#at += 1;
  }

  #fault(): SyntaxError {
    const found = this.#text[this.#at];
    return new SyntaxError(
      found === undefined
        ? "the JSON ends too early"
        : `unexpected ${JSON.stringify(found)} at offset ${this.#at} of the JSON`,
    );
  }
}
