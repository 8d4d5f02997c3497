/**
 * Functions of the library again, with their cost charged to the evaluation's budget before they begin. The library's own
 * cannot be replaced, so calls are renamed to these (`meter-calls.ts`).
 *
 * What a search for `m` characters in `n` costs at worst is their product; a regular expression takes linear time here,
 * times the size of its program.
 */
import { EvaluationError, type Environment } from "@marcbachmann/cel-js";
import { RE2JS } from "re2js";
import { messageOf } from "../base/index.ts";
import { canCharge, charge, TURN_UNITS } from "./read-budget.ts";

const SUFFIX = "_metered";

/** Functions that charge themselves. */
export const METERED: ReadonlySet<string> = new Set(["contains", "indexOf", "lastIndexOf", "split", "join", "matches"]);
/** Charges the size of its argument and returns it. */
export const CHARGED = "charged";
/** The same before characters are counted: a text is gone through one by one. */
export const COUNTED = "counted";
/** Returns a text that is short. */
export const SHORT = "short";
/** Charges a turn of a loop; false when there is nothing left for it. It takes the loop's variable, so that it is not taken for a constant. */
export const TURN = "turn";

/** Characters of what is searched that cost one unit. */
const SEARCHED_PER_UNIT = 8;
/** For a character that is counted, and an element that is copied. */
const COUNT_UNITS = 16;
/** For a character and an instruction of a regular expression's program. */
const MATCH_UNITS = 8;
/** For a character of a pattern that is compiled. */
const COMPILE_UNITS = 250;
const MAX_SHORT_CHARS = 64;
const MAX_PATTERNS = 200;
const patterns = new Map<string, RE2JS>();

/** The name of the metered one. */
export function metered(name: string): string {
  return name + SUFFIX;
}

/** A message with the names as the author wrote them. */
export function withoutMetered(message: string): string {
  return message.replaceAll(SUFFIX, "");
}

export function registerMetered(environment: Environment): void {
  const add = (signature: string, run: (...values: never[]) => unknown): void => {
    environment.registerFunction(signature.replace("(", `${SUFFIX}(`), run);
  };
  add("string.contains(string): bool", (text: string, part: string) => found(text, part).includes(part));
  add("string.indexOf(string): int", (text: string, part: string) => BigInt(found(text, part).indexOf(part)));
  add("string.indexOf(string, int): int", (text: string, part: string, from: bigint) =>
    part === "" ? from : BigInt(found(text, part).indexOf(part, indexIn(text, from))),
  );
  add("string.lastIndexOf(string): int", (text: string, part: string) => BigInt(found(text, part).lastIndexOf(part)));
  add("string.lastIndexOf(string, int): int", (text: string, part: string, from: bigint) =>
    part === "" ? from : BigInt(found(text, part).lastIndexOf(part, indexIn(text, from))),
  );
  add("string.split(string): list<string>", (text: string, part: string) => found(text, part).split(part));
  add("string.split(string, int): list<string>", (text: string, part: string, limit: bigint) =>
    splitAtMost(found(text, part), part, Number(limit)),
  );
  add("list<string>.join(): string", (texts: readonly unknown[]) => join(texts, ""));
  add("list<string>.join(string): string", join);
  add("string.matches(string): bool", matches);
  add(`${CHARGED}(dyn): dyn`, (value: unknown) => {
    charge(sizeOf(value));
    return value;
  });
  add(`${COUNTED}(dyn): dyn`, (value: unknown) => {
    charge(sizeOf(value) * COUNT_UNITS);
    return value;
  });
  add(`${SHORT}(dyn): dyn`, short);
  add(`${TURN}(dyn): bool`, () => canCharge(TURN_UNITS));
}

/** The text, with a search in it charged. */
function found(text: string, part: string): string {
  charge(text.length * Math.ceil((part.length + 1) / SEARCHED_PER_UNIT));
  return text;
}

function indexIn(text: string, index: bigint): number {
  if (index >= 0n && index < text.length) return Number(index);
  throw new EvaluationError({ code: "index_out_of_range", message: `${index} is no place in the text` });
}

/** At most so many parts, the last with all that is left; below 0: all of them. */
function splitAtMost(text: string, part: string, limit: number): readonly string[] {
  if (limit === 0) return [];
  const parts = text.split(part);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(part)];
}

function join(texts: readonly unknown[], between: string): string {
  let chars = 0;
  for (const text of texts) {
    if (typeof text !== "string")
      throw new EvaluationError({ code: "invalid_list_element_type", message: "join: the list holds what is no text" });
    chars += text.length + between.length;
  }
  charge(chars + texts.length);
  return texts.join(between);
}

function matches(text: string, pattern: string): boolean {
  const compiled = patternOf(pattern);
  charge((text.length + 1) * compiled.programSize() * MATCH_UNITS);
  return compiled.matcher(text).find();
}

/** Patterns are written by the flow's author and few; the bound is for those that a payload brings. */
function patternOf(pattern: string): RE2JS {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    charge(pattern.length * COMPILE_UNITS);
    compiled = compilePattern(pattern);
    if (patterns.size >= MAX_PATTERNS) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled;
}

function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (thrown) {
    throw new EvaluationError({ code: "invalid_regular_expression", message: invalid(thrown) });
  }
}

/** What is wrong with a pattern, if anything. */
export function patternFault(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (thrown) {
    return invalid(thrown);
  }
}

function invalid(thrown: unknown): string {
  return `Invalid regular expression: ${messageOf(thrown)}`;
}

/** The library reads durations with a regular expression that takes the cube of a long text's length. */
function short(value: unknown): unknown {
  if (typeof value !== "string" || value.length <= MAX_SHORT_CHARS) return value;
  throw new EvaluationError({ code: "invalid_duration", message: "A duration has at most 64 characters." });
}

function sizeOf(value: unknown): number {
  if (typeof value === "string" || value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return value.length * COUNT_UNITS;
  if (value instanceof Map) return value.size;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 1;
}
