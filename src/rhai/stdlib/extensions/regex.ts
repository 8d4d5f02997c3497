/**
 * Regular expressions in RE2's syntax (`(?i)`, `(?P<name>…)`; no look-around, no back references), which match in time
 * linear in the text.
 *
 * Invariants:
 * 1. One search cannot hang a script: its steps are bounded by the pattern's program times the text's length, and that
 *    product has a limit of its own (`MAX_WORK`).
 * 2. Many searches of one text cannot either, though each may read all that is left of it only to match a single
 *    character: what they read is counted as operations (`CountedText`), with a look at the deadline.
 * 3. Compiled patterns are kept, but never more than `MAX_CACHED`.
 */
import { MatcherInput, RE2JS } from "re2js";
import { RhaiError } from "../../errors.ts";
import { native, type Native, type NativeCall } from "../../natives.ts";
import type { RuntimeCalls as Runtime } from "../../runtime-calls.ts";
import { RhaiArray, RhaiMap } from "../../containers.ts";
import { type RhaiValue } from "../../values.ts";

const MAX_PATTERN = 2000;
const MAX_CACHED = 200;
/** Less than a second of matching, as measured with patterns meant to be slow. */
const MAX_WORK = 50_000_000;

/** Characters that are read before they are counted. */
const COUNTED_CHARS = 4096;
/** A match is made into objects: a text of a million of them would keep a thread for seconds. */
const OPERATIONS_PER_MATCH = 20;
/** Steps of matching that are worth an operation. */
const STEPS_PER_OPERATION = 100;

/** A text for the matcher, which reads it by these two methods only, that counts what is read. */
class CountedText extends String {
  readonly #text: string;
  readonly #pay: (chars: number) => void;
  #unpaid = 0;

  constructor(text: string, pay: (chars: number) => void) {
    super(text);
    this.#text = text;
    this.#pay = pay;
  }

  override charCodeAt(at: number): number {
    this.#unpaid += 1;
    if (this.#unpaid >= COUNTED_CHARS) this.#settle();
    return this.#text.charCodeAt(at);
  }

  override indexOf(wanted: string, from: number): number {
    const found = this.#text.indexOf(wanted, from);
    // The engine looks for a fixed text much faster than the matcher steps.
    this.#unpaid += Math.ceil(((found === -1 ? this.#text.length : found) - from) / 64);
    if (this.#unpaid >= COUNTED_CHARS) this.#settle();
    return found;
  }

  #settle(): void {
    const chars = this.#unpaid;
    this.#unpaid = 0;
    this.#pay(chars);
  }
}

interface Match {
  readonly start: number;
  readonly end: number;
  /** The whole match first; null for a group that took no part. */
  readonly groups: readonly (string | null)[];
}

const compiled = new Map<string, RE2JS>();

function compile(pattern: string, at: number): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (pattern.length > MAX_PATTERN) throw fault(`the pattern is longer than ${MAX_PATTERN} characters`, at);
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(pattern);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RhaiError("ErrorRuntime", `regular expression ${JSON.stringify(pattern)}: ${why}`, at, { cause });
  }
  const [oldest] = compiled.keys();
  if (compiled.size >= MAX_CACHED && oldest !== undefined) compiled.delete(oldest);
  compiled.set(pattern, regex);
  return regex;
}

function prepared(pattern: string, text: string, at: number): RE2JS {
  const regex = compile(pattern, at);
  if (regex.programSize() * text.length > MAX_WORK)
    throw fault(`the pattern is too large for a text of ${text.length} characters`, at);
  return regex;
}

function* matches(pattern: string, text: string, runtime: Runtime, at: number): Generator<Match> {
  const regex = prepared(pattern, text, at);
  const size = regex.programSize();
  const counted = new CountedText(text, (chars) => runtime.count(Math.ceil((chars * size) / STEPS_PER_OPERATION), at));
  const matcher = regex.matcher(MatcherInput.utf16(counted));
  const count = matcher.groupCount();
  while (matcher.find()) {
    runtime.count(OPERATIONS_PER_MATCH, at);
    const groups = Array.from({ length: count + 1 }, (_, index) => matcher.group(index));
    yield { start: matcher.start(), end: matcher.end(), groups };
  }
}

function captures(pattern: string, text: string, runtime: Runtime, at: number): RhaiValue {
  const [first] = matches(pattern, text, runtime, at);
  if (first === undefined) return null;
  const entries = new Map<string, RhaiValue>(first.groups.map((group, index) => [String(index), group]));
  for (const [name, index] of Object.entries(compile(pattern, at).namedGroups()))
    entries.set(name, first.groups[index] ?? null);
  return new RhaiMap(entries);
}

const REFERENCE = /\$(?:\$|(\d+)|\{(\w+)\})/g;

/** `$1` and `${name}` stand for groups, `$$` for a dollar. */
function expanded(replacement: string, match: Match, names: Readonly<Record<string, number>>, at: number): string {
  return replacement.replaceAll(REFERENCE, (written, digits: string | undefined, braced: string | undefined) => {
    const name = digits ?? braced;
    if (name === undefined) return "$";
    const index = /^\d+$/.test(name) ? Number(name) : Object.hasOwn(names, name) ? names[name] : undefined;
    if (index === undefined || index >= match.groups.length) throw fault(`the pattern has no group ${written}`, at);
    return match.groups[index] ?? "";
  });
}

function replace(text: string, pattern: string, replacement: string, runtime: Runtime, at: number): string {
  const names = compile(pattern, at).namedGroups();
  const { maxStringSize } = runtime.options;
  let result = "";
  let from = 0;
  for (const match of matches(pattern, text, runtime, at)) {
    result += text.slice(from, match.start) + expanded(replacement, match, names, at);
    from = match.end;
    // Checked on the way: many matches of a large replacement must not be built first.
    if (maxStringSize > 0 && result.length > maxStringSize) runtime.sized(result, at);
  }
  return runtime.sized(result + text.slice(from), at);
}

function split(text: string, pattern: string, runtime: Runtime, at: number): RhaiValue[] {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of matches(pattern, text, runtime, at)) {
    const isEmptyAtEdge = start === end && (start === 0 || end === text.length);
    if (isEmptyAtEdge) continue;
    parts.push(text.slice(from, start));
    from = end;
  }
  return [...parts, text.slice(from)];
}

function fault(message: string, at: number): RhaiError {
  return new RhaiError("ErrorRuntime", `regular expression: ${message}`, at);
}

function extension<A extends readonly RhaiValue[]>(signature: string, call: NativeCall<A>): Native {
  return native<A>(signature, call, { extension: true });
}

export const REGEX: readonly Native[] = [
  extension<[string, string]>("regex_is_match string string", ([text, pattern], _runtime, at) =>
    prepared(pattern, text, at).matcher(text).find(),
  ),
  extension<[string, string]>("regex_find string string", ([text, pattern], runtime, at) => {
    const [first] = matches(pattern, text, runtime, at);
    return first?.groups[0] ?? null;
  }),
  extension<[string, string]>("regex_find_all string string", ([text, pattern], runtime, at) => {
    const found = Array.from(matches(pattern, text, runtime, at), ({ groups }) => groups[0] ?? "");
    return runtime.sized(new RhaiArray(found), at);
  }),
  extension<[string, string]>("regex_captures string string", ([text, pattern], runtime, at) =>
    captures(pattern, text, runtime, at),
  ),
  extension<[string, string, string]>("regex_replace string string string", ([text, pattern, by], runtime, at) =>
    replace(text, pattern, by, runtime, at),
  ),
  extension<[string, string]>("regex_split string string", ([text, pattern], runtime, at) =>
    runtime.sized(new RhaiArray(split(text, pattern, runtime, at)), at),
  ),
];
