/**
 * Branch conditions: one CEL expression, compiled once, evaluated against the names of a step.
 *
 * Invariants:
 * 1. Only own properties are reached; `constructor` or `__proto__` of a payload are plain keys.
 * 2. A key, index or output that is not there is an outcome of its own (`missing`), never an exception.
 * 3. The work is bounded: syntax limits at load, no multiplying loops (`check-cost.ts`), a budget of what is read
 *    (`meter-calls.ts`), linear regular expressions.
 */
import { EvaluationError, ParseError, TypeError as CelTypeError, type ParseResult } from "@marcbachmann/cel-js";
import { messageOf, nearest, type JsonObject, type JsonValue } from "../base/index.ts";
import { findCostlyLoop } from "./check-cost.ts";
import { findCapitalHeader, type HeaderFault } from "./check-header-names.ts";
import { findBadPattern } from "./check-patterns.ts";
import { environmentFor, roomyEnvironmentFor } from "./environment.ts";
import { fieldsRead, type FieldRead } from "./fields-read.ts";
import { missingFunction } from "./function-words.ts";
import { meterCalls } from "./meter-calls.ts";
import { withoutMetered } from "./metered-functions.ts";
import { MeteredText } from "./metered-text.ts";
import { inWords } from "./parser-words.ts";
import { charge, MAP_ITEM_UNITS, withinBudget } from "./read-budget.ts";
import { namesIn } from "./syntax-tree.ts";

export interface ExpressionFault {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Offsets into the expression's text. */
  readonly range: { readonly start: number; readonly end: number };
}

export type ExpressionOutcome =
  | { readonly kind: "value"; readonly value: boolean }
  /** Something that the expression needs is not there. */
  | { readonly kind: "missing"; readonly reason: string }
  | { readonly kind: "failed"; readonly message: string };

export interface CompiledExpression {
  /** Which fields it reads of the declared names. */
  readonly fields: readonly FieldRead[];
  /** The declared names that the expression mentions: what a scope must hold. */
  readonly names: ReadonlySet<string>;
  /** Evaluates against a scope with (at least) the values of `names`. Never throws. */
  evaluate(scope: JsonObject): ExpressionOutcome;
}

const MAX_CHARS = 4000;
const MAX_MESSAGE_CHARS = 500;
const MISSING_CODES: ReadonlySet<string> = new Set(["no_such_key", "index_out_of_bounds", "unknown_variable"]);
const NOT_CEL = /\{\{/;

/** Compiles a condition that may use `names`. Returns either the expression or what is wrong with it. */
export function compileExpression(
  text: string,
  names: Iterable<string>,
): { readonly expression: CompiledExpression } | { readonly fault: ExpressionFault } {
  const known = [...names];
  const whole = { start: 0, end: text.length };
  if (text.length > MAX_CHARS) {
    const message = `The expression is longer than ${MAX_CHARS} characters.`;
    return { fault: { code: "bad-expression", message, range: whole } };
  }
  try {
    const environment = environmentFor(known);
    const parsed = environment.parse(text);
    const costly = findCostlyLoop(parsed.ast);
    if (costly !== undefined) return { fault: { code: "costly-expression", message: costly.message, range: costly } };
    const header = findCapitalHeader(parsed.ast);
    if (header !== undefined) return { fault: capitalHeader(header) };
    const pattern = findBadPattern(parsed.ast);
    if (pattern !== undefined) return { fault: { code: "bad-expression", message: pattern.message, range: pattern } };
    const checked = parsed.check();
    if (checked.error !== undefined) return { fault: faultOf(checked.error, text, known) };
    if (checked.type !== "bool" && checked.type !== "dyn") {
      const message = `A condition must be true or false, but this expression is of type ${checked.type ?? "unknown"}.`;
      return { fault: { code: "not-a-condition", message, range: whole, hint: "Compare it, e.g. with `== 'value'`." } };
    }
    // Checked as it was written, evaluated as it is metered.
    const read = { names: namesIn(parsed.ast), fields: fieldsRead(parsed.ast) };
    return { expression: expressionOf(read, meteredForm(parsed, text, known), known) };
  } catch (thrown) {
    return { fault: faultOf(thrown, text, known) };
  }
}

function capitalHeader({ name, start, end }: HeaderFault): ExpressionFault {
  const message = `Header names are lower-case: there is never a \`${name}\`.`;
  return { code: "unknown-name", message, hint: `Write \`${name.toLowerCase()}\`.`, range: { start, end } };
}

interface MeteredForm {
  readonly parsed: ParseResult;
  readonly written: MeteredText;
}

function meteredForm({ ast }: ParseResult, text: string, known: readonly string[]): MeteredForm {
  const environment = roomyEnvironmentFor(known);
  const written = new MeteredText(text, ast);
  const parsed = environment.parse(written.text);
  meterCalls(parsed.ast, known, (small) => environment.parse(small).ast);
  return { parsed, written };
}

function expressionOf(
  read: Pick<CompiledExpression, "names" | "fields">,
  form: MeteredForm,
  known: readonly string[],
): CompiledExpression {
  const evaluateOn = (scopeOf: () => object): ExpressionOutcome | "unsupported" =>
    withinBudget<ExpressionOutcome | "unsupported">(
      () => run(form, scopeOf),
      (message) => ({ kind: "failed", message }),
    );
  return {
    names: new Set(known.filter((name) => read.names.has(name))),
    fields: read.fields,
    evaluate(scope) {
      const outcome = evaluateOn(() => scope);
      // The library asks values for their `constructor`; a payload that has such a key is shown to it as a Map.
      return outcome === "unsupported" ? settle(evaluateOn(() => mapsOf(scope))) : outcome;
    },
  };
}

function run({ parsed, written }: MeteredForm, scopeOf: () => object): ExpressionOutcome | "unsupported" {
  try {
    const value: unknown = parsed(scopeOf());
    if (typeof value === "boolean") return { kind: "value", value };
    return { kind: "failed", message: `A condition must be true or false, but this one gave ${kindOf(value)}.` };
  } catch (thrown) {
    // Where the key `constructor` holds `null`, the library stumbles over it before it can say so.
    if (thrown instanceof TypeError) return "unsupported";
    if (!(thrown instanceof EvaluationError)) return { kind: "failed", message: clean(messageOf(thrown)) };
    if (thrown.code === "unsupported_type") return "unsupported";
    if (MISSING_CODES.has(thrown.code)) return { kind: "missing", reason: reasonOf(thrown, written) };
    return { kind: "failed", message: clean(thrown.summary) };
  }
}

function settle(outcome: ExpressionOutcome | "unsupported"): ExpressionOutcome {
  return outcome === "unsupported"
    ? { kind: "failed", message: "A value has a type that CEL does not know." }
    : outcome;
}

/** Names the place in the expression: `event.payload.nope: No such key: nope`. */
function reasonOf({ code, summary, node }: EvaluationError, written: MeteredText): string {
  if (code === "unknown_variable") return `${clean(summary)} (that step has not run)`;
  const said = clean(summary);
  return node === undefined ? said : `${written.originalOf(node)}: ${said}`;
}

function faultOf(thrown: unknown, text: string, known: readonly string[]): ExpressionFault {
  const whole = { start: 0, end: text.length };
  if (thrown instanceof ParseError || thrown instanceof CelTypeError) {
    const found = thrown.range ?? whole;
    const start = Math.max(0, Math.min(found.start, text.length));
    const range = { start, end: Math.max(start + 1, Math.min(found.end, text.length)) };
    const code = thrown.code === "unknown_variable" ? "unknown-name" : "bad-expression";
    const missing = missingFunction(clean(thrown.summary));
    if (missing !== undefined) return { code, range, ...missing };
    const hint = hintFor(thrown.code, text, range, known);
    const fault = { code, message: inWords(clean(thrown.summary)), range };
    return hint === undefined ? fault : { ...fault, hint };
  }
  return { code: "bad-expression", message: clean(messageOf(thrown)), range: whole };
}

/** What authors write who think of another language. */
const SLIPS: readonly { readonly isMade: (text: string, at: number) => boolean; readonly hint: string }[] = [
  { isMade: (text, at) => text[at] === "=", hint: "Compare with `==`." },
  {
    isMade: (text, at) => /^(?:and|or)\b/i.test(text.slice(at)) || /\bnot\s+$/i.test(text.slice(0, at)),
    hint: "Write `&&` for and, `||` for or, `!` for not.",
  },
];

function hintFor(
  code: string,
  text: string,
  range: { start: number; end: number },
  known: readonly string[],
): string | undefined {
  if (NOT_CEL.test(text)) return "A condition is CEL and needs no braces: write `event.payload.x == 1`.";
  if (code === "invalid_macro_argument")
    return "`has` asks for a field: `has(payload.name)`. For other keys write `'x-name' in headers`.";
  if (code !== "unknown_variable") return SLIPS.find(({ isMade }) => isMade(text, range.start))?.hint;
  const similar = nearest(text.slice(range.start, range.end), known);
  return similar === undefined ? `Known names: ${known.join(", ")}.` : `Did you mean \`${similar}\`?`;
}

/** The library's words for a reader; what it quotes of a payload is cut. */
function clean(message: string): string {
  const said = message.length > MAX_MESSAGE_CHARS ? `${message.slice(0, MAX_MESSAGE_CHARS)}…` : message;
  return withoutMetered(said)
    .replaceAll("dyn<double>", "number")
    .replaceAll(/dyn<(map|list)<.*?>+/g, "$1")
    .replaceAll(/dyn<(\w+)>/g, "$1");
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "bigint" || typeof value === "number") return "a number";
  return typeof value === "string" ? "a text" : "a map";
}

function mapsOf(scope: JsonObject): object {
  return Object.fromEntries(Object.entries(scope).map(([name, value]) => [name, toMap(value)]));
}

/** A payload of a million small objects would be several times the memory that it is now. */
function toMap(value: JsonValue): unknown {
  charge(MAP_ITEM_UNITS);
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(toMap);
  return new Map(Object.entries(value).map(([key, item]) => [key, toMap(item)]));
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
