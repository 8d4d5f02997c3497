/** Texts. Positions count characters, not UTF-16 units; functions without a result change the text in place. */
import {
  charsOf,
  position,
  rangeBounds,
  startAndCount,
  textLength,
  textSlice,
  withCharAt,
  withoutAll,
} from "../access.ts";
import { type Integer } from "../arithmetic.ts";
import { native, type Native, type NativeOptions } from "../natives.ts";
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { tooLarge } from "../runtime-sizes.ts";
import { display } from "../text-form.ts";
import { RhaiArray, RhaiBlob } from "../containers.ts";
import { char, type RhaiChar, RhaiItems, RhaiRange, type RhaiValue } from "../values.ts";

type Text = string | RhaiChar;

const PROPERTY: NativeOptions = { property: true };
const CHANGES: NativeOptions = { effect: "changes" };

/** A function that replaces the text it is called on. */
function change<A extends readonly RhaiValue[]>(
  signature: string,
  next: (args: A, runtime: Runtime, at: number) => RhaiValue,
  result?: (args: A) => RhaiValue,
): Native {
  return native<A>(
    signature,
    (args, runtime, at) => {
      const value = runtime.sized(next(args, runtime, at), at);
      const given = result?.(args) ?? null;
      runtime.replaced = { value };
      return given;
    },
    CHANGES,
  );
}

function plain(text: Text): string {
  return typeof text === "string" ? text : text.text;
}

/** A start and perhaps a count, or a range, as positions within a text. */
function part(text: string, start: Integer | RhaiRange, count?: Integer): string {
  const length = textLength(text);
  const bounds =
    start instanceof RhaiRange ? rangeBounds(start, length) : startAndCount(start, count ?? length, length);
  return textSlice(text, bounds.start, bounds.count);
}

function list(parts: Iterable<string>): RhaiArray {
  return new RhaiArray([...parts]);
}

/** Between the separators; an empty one stands between all characters and at both ends. The first `most` parts, or all. */
function allParts(text: string, separator: string, most?: number): string[] {
  if (text === "") return [text];
  return separator === "" ? ["", ...characters(text, most), ""] : text.split(separator, most);
}

/** The first characters of a text, or all. */
function characters(text: string, most = text.length): string[] {
  // No character has more than two units.
  return Array.from(text.slice(0, most * 2)).slice(0, most);
}

/** One more than an array may have: enough to be refused without making millions for it. */
function mostParts({ options: { maxArraySize } }: Runtime): number | undefined {
  return maxArraySize > 0 ? maxArraySize + 1 : undefined;
}

/** At most `count` parts; the last one keeps the rest. */
function splitText(text: string, separator: string, count: number): string[] {
  if (separator === "") return joinedRest(allParts(text, separator), separator, count);
  const parts: string[] = [];
  let start = 0;
  for (let end = text.indexOf(separator); end !== -1 && parts.length < count - 1;) {
    parts.push(text.slice(start, end));
    start = end + separator.length;
    end = text.indexOf(separator, start);
  }
  return [...parts, text.slice(start)];
}

function joinedRest(parts: readonly string[], separator: string, count: number): string[] {
  if (parts.length <= count) return [...parts];
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

/** The parts from the end, at most `count`; the last one keeps the rest. */
function splitReverse(text: string, separator: string, count: number): string[] {
  const parts = allParts(text, separator).reverse();
  if (parts.length <= count) return parts;
  const rest = parts.slice(count - 1).reverse();
  return [...parts.slice(0, count - 1), rest.join(separator)];
}

/** White space is what Unicode calls so, which is not quite what JavaScript takes for it. */
const WORD = /\P{White_Space}+/gu;
const IS_WHITE = /^\p{White_Space}$/u;

function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && IS_WHITE.test(text.charAt(start))) start += 1;
  while (end > start && IS_WHITE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** What stands between white space. The first `most` words, or all. */
function wordsOf(text: string, most = Number.POSITIVE_INFINITY): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(WORD)) {
    words.push(word);
    if (words.length >= most) break;
  }
  return words;
}

/** In two parts. As in Rhai, position 0 counts from the end like the negative ones. */
function splitAt(text: string, index: Integer): RhaiArray {
  const length = textLength(text);
  const start = Number(index) === 0 ? length : startAndCount(index, 0, length).start;
  return list([textSlice(text, 0, start), textSlice(text, start, length)]);
}

function indexOf(text: string, wanted: string, from: Integer): number {
  // In an empty text nothing is found, not even an empty one.
  if (text === "") return -1;
  const length = textLength(text);
  const start = Number(from) < 0 ? Math.max(0, length + Number(from)) : Number(from);
  if (start >= length && !(start === 0 && wanted === "")) return -1;
  const offset = textSlice(text, 0, start).length;
  const found = text.indexOf(wanted, offset);
  return found === -1 ? -1 : textLength(text.slice(0, found));
}

/** Refuses a text that would be too large before it is made of its parts. */
function replaced(text: string, wanted: string, by: string, { options }: Runtime, at: number): string {
  if (wanted === "") return text.replaceAll("", () => by);
  const parts = text.split(wanted);
  const { maxStringSize } = options;
  if (maxStringSize > 0 && (parts.length - 1) * by.length > maxStringSize) throw tooLarge("Length of string", at);
  return parts.join(by);
}

function pad(text: string, length: Integer, filler: string): string {
  let padded = text;
  const wanted = Number(length);
  const missing = wanted - textLength(text);
  if (missing <= 0 || filler === "") return padded;
  padded += filler.repeat(Math.ceil(missing / textLength(filler)));
  return textSlice(padded, 0, wanted);
}

/** Refuses to make a text that the limits would refuse anyway, before it is made. */
function padChecked(text: string, length: Integer, filler: string, runtime: Runtime, at: number): string {
  const { maxStringSize } = runtime.options;
  if (maxStringSize > 0 && Number(length) > maxStringSize) runtime.sized("x".repeat(maxStringSize + 1), at);
  runtime.count(Math.ceil(Math.max(0, Number(length) - text.length) / CHARS_PER_OPERATION), at);
  return pad(text, length, filler);
}

/** Making text is work, too; with it what a script can hold is bounded by its operations. */
const CHARS_PER_OPERATION = 8;

const READING: readonly Native[] = [
  native<[string]>("len string", ([text]) => textLength(text), PROPERTY),
  native<[string]>("is_empty string", ([text]) => text === "", PROPERTY),
  native<[string]>("bytes string", ([text]) => Buffer.byteLength(text), PROPERTY),
  native<[string]>("to_blob string", ([text], runtime, at) => {
    const bytes = new TextEncoder().encode(text);
    runtime.madeBytes(bytes.length, at);
    return new RhaiBlob(bytes);
  }),
  native<[string]>("to_upper string", ([text]) => text.toUpperCase()),
  native<[string]>("to_lower string", ([text]) => text.toLowerCase()),
  native<[RhaiChar]>("to_upper char", ([value]) => oneChar(value, value.text.toUpperCase())),
  native<[RhaiChar]>("to_lower char", ([value]) => oneChar(value, value.text.toLowerCase())),
  native<[string, Text]>("contains string text", ([text, wanted]) => text.includes(plain(wanted))),
  native<[string, Text]>("starts_with string text", ([text, wanted]) => text.startsWith(plain(wanted))),
  native<[string, Text]>("ends_with string text", ([text, wanted]) => text.endsWith(plain(wanted))),
  native<[string, Text]>("index_of string text", ([text, wanted]) => indexOf(text, plain(wanted), 0)),
  native<[string, Text, Integer]>("index_of string text int", ([text, wanted, from]) =>
    indexOf(text, plain(wanted), from),
  ),
  native<[string, Integer]>("get string int", ([text, index]) => charOrUnit(text, index)),
  native<[string, RhaiRange]>("sub_string string ranges", ([text, range]) => part(text, range)),
  native<[string, Integer]>("sub_string string int", ([text, start]) => part(text, start)),
  native<[string, Integer, Integer]>("sub_string string int int", ([text, start, count]) => part(text, start, count)),
  native<[string]>("split string", ([text], runtime) => list(text === "" ? [text] : wordsOf(text, mostParts(runtime)))),
  native<[string, Integer]>("split string int", ([text, index]) => splitAt(text, index)),
  native<[string, Text]>("split string text", ([text, separator], runtime) =>
    list(allParts(text, plain(separator), mostParts(runtime))),
  ),
  native<[string, Text, Integer]>("split string text int", ([text, separator, count]) =>
    list(splitText(text, plain(separator), Math.max(1, Number(count)))),
  ),
  native<[string, Text]>("split_rev string text", ([text, separator], runtime) =>
    list(allParts(text, plain(separator), mostParts(runtime)).reverse()),
  ),
  native<[string, Text, Integer]>("split_rev string text int", ([text, separator, count]) =>
    list(splitReverse(text, plain(separator), Math.max(1, Number(count)))),
  ),
  native<[string]>(
    "to_chars string",
    ([text], runtime) => new RhaiArray(characters(text, mostParts(runtime)).map(char)),
  ),
  ...charIterators(),
];

function charIterators(): Native[] {
  const chars = (text: string): RhaiItems => new RhaiItems(() => charsOf(text));
  return [
    native<[string]>("chars string", ([text]) => chars(text), PROPERTY),
    native<[string, Integer]>("chars string int", ([text, start]) => chars(part(text, start))),
    native<[string, Integer, Integer]>("chars string int int", ([text, start, count]) =>
      chars(part(text, start, count)),
    ),
    native<[string, RhaiRange]>("chars string ranges", ([text, range]) => chars(part(text, range))),
  ];
}

const CHANGING: readonly Native[] = [
  change<[string, RhaiValue]>("append string any", ([text, more], runtime, at) =>
    runtime.joined(text, appended(more), at),
  ),
  change<[string, RhaiValue]>("+= string any", ([text, more], runtime, at) => runtime.joined(text, appended(more), at)),
  change<[string, Text]>("remove string text", ([text, wanted]) => withoutAll(text, plain(wanted))),
  change<[string]>("clear string", () => ""),
  change<[string, Integer]>("truncate string int", ([text, length]) =>
    Number(length) <= 0 ? "" : textSlice(text, 0, Number(length)),
  ),
  change<[string]>("trim string", ([text]) => trimmed(text)),
  change<[string]>(
    "pop string",
    ([text]) => withoutLast(text, 1),
    ([text]) => lastChar(text),
  ),
  change<[string, Integer]>(
    "pop string int",
    ([text, count]) => withoutLast(text, Number(count)),
    ([text, count]) => lastPart(text, Number(count)),
  ),
  change<[string]>("make_upper string", ([text]) => text.toUpperCase()),
  change<[string]>("make_lower string", ([text]) => text.toLowerCase()),
  change<[RhaiChar]>("make_upper char", ([value]) => oneChar(value, value.text.toUpperCase())),
  change<[RhaiChar]>("make_lower char", ([value]) => oneChar(value, value.text.toLowerCase())),
  change<[string, Integer, RhaiChar]>("set string int char", ([text, index, value]) =>
    withCharAt(text, index, value.text),
  ),
  change<[string, RhaiRange]>("crop string ranges", ([text, range]) => part(text, range)),
  change<[string, Integer]>("crop string int", ([text, start]) => part(text, start)),
  change<[string, Integer, Integer]>("crop string int int", ([text, start, count]) => part(text, start, count)),
  change<[string, Text, Text]>("replace string text text", ([text, wanted, by], runtime, at) =>
    replaced(text, plain(wanted), plain(by), runtime, at),
  ),
  change<[string, Integer, Text]>("pad string int text", ([text, length, filler], runtime, at) =>
    padChecked(text, length, plain(filler), runtime, at),
  ),
];

export const STRINGS: readonly Native[] = [...READING, ...CHANGING];

function appended(more: RhaiValue): string {
  return more instanceof RhaiBlob ? new TextDecoder().decode(more.bytes) : display(more);
}

/** A letter whose other case is more than one character stays as it is. */
function oneChar(before: RhaiChar, after: string): RhaiChar {
  return textLength(after) === 1 ? char(after) : before;
}

function charOrUnit(text: string, index: Integer): RhaiValue {
  const found = position(index, textLength(text));
  return found === undefined ? null : char(textSlice(text, found, 1));
}

function lastChar(text: string): RhaiValue {
  const last = lastPart(text, 1);
  return last === "" ? null : char(last);
}

function lastPart(text: string, count: number): string {
  return text.slice(startOfLast(text, count));
}

function withoutLast(text: string, count: number): string {
  return text.slice(0, startOfLast(text, count));
}

/** Where the last characters begin. */
function startOfLast(text: string, count: number): number {
  let start = text.length;
  for (let left = count; left > 0 && start > 0; left--) start -= isPairAt(text, start - 2) ? 2 : 1;
  return start;
}

/** Whether the two units at an offset are one character. */
function isPairAt(text: string, offset: number): boolean {
  return offset >= 0 && text.codePointAt(offset)! > 0xffff;
}
