/**
 * What can go wrong in a running script: Rhai's own kinds, with the place, the functions it came through, and a frame.
 */
import { codeFrame, type Source } from "../text/index.ts";
import type { RhaiValue } from "./values.ts";

export type RhaiErrorKind =
  | "ErrorParsing"
  | "ErrorVariableNotFound"
  | "ErrorPropertyNotFound"
  | "ErrorFunctionNotFound"
  | "ErrorModuleNotFound"
  | "ErrorUnboundThis"
  | "ErrorMismatchDataType"
  | "ErrorMismatchOutputType"
  | "ErrorIndexingType"
  | "ErrorArrayBounds"
  | "ErrorStringBounds"
  | "ErrorBitFieldBounds"
  | "ErrorIndexNotFound"
  | "ErrorFor"
  | "ErrorDataRace"
  | "ErrorAssignmentToConstant"
  | "ErrorNonPureMethodCallOnConstant"
  | "ErrorDotExpr"
  | "ErrorArithmetic"
  | "ErrorTooManyOperations"
  | "ErrorTooManyVariables"
  | "ErrorStackOverflow"
  | "ErrorDataTooLarge"
  | "ErrorTerminated"
  | "ErrorRuntime"
  | "ErrorInFunctionCall";

/** Kinds that a script's `catch` never sees: limits and the end of the script. */
const UNCATCHABLE: ReadonlySet<RhaiErrorKind> = new Set([
  "ErrorParsing",
  "ErrorTooManyOperations",
  "ErrorTooManyVariables",
  "ErrorStackOverflow",
  "ErrorDataTooLarge",
  "ErrorTerminated",
]);

const NO_PLACE = -1;
/** How the names of closures begin. */
const CLOSURE_PREFIX = "anon$";

export class RhaiError extends Error {
  /** The kind of what went wrong, without the functions around it. */
  readonly innerKind: RhaiErrorKind;
  /** Offset in the script; -1 when there is none. */
  at: number;
  /** The value of a `throw`. */
  readonly thrown: RhaiValue | undefined;
  /** More fields for a script's `catch`, e.g. the name that was not found. */
  readonly fields: ReadonlyMap<string, RhaiValue>;
  source: Source | undefined;
  #calls: readonly string[] = [];
  /** Native functions that called back into the script where it happened: the innermost first. */
  readonly #natives: { readonly name: string; readonly depth: number }[] = [];
  readonly #text: string;

  constructor(
    kind: RhaiErrorKind,
    message: string,
    at: number = NO_PLACE,
    extra: { thrown?: RhaiValue; fields?: Iterable<readonly [string, RhaiValue]>; cause?: unknown } = {},
  ) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = "RhaiError";
    this.innerKind = kind;
    this.#text = message;
    this.at = at;
    this.thrown = extra.thrown;
    this.fields = new Map(extra.fields ?? []);
  }

  /** Rhai's outermost kind: an error that left a function is `ErrorInFunctionCall`. */
  get kind(): RhaiErrorKind {
    return this.#calls.length > 0 ? "ErrorInFunctionCall" : this.innerKind;
  }

  /** Names of the functions that it came through, the outermost first. */
  get calls(): readonly string[] {
    return this.#calls;
  }

  get isCatchable(): boolean {
    return !UNCATCHABLE.has(this.innerKind);
  }

  /** What went wrong, without place and calls. */
  get text(): string {
    return this.#text;
  }

  /** Notes that it came through a native function, which was called at that depth and called back. */
  through(name: string, depth: number): this {
    if (this.source === undefined) this.#natives.push({ name, depth });
    else this.#note([name, ...this.#calls], this.source);
    return this;
  }

  /**
   * Notes where it passed on its way out; the first to note knows the most. `stack` holds the names of the running
   * functions, the outermost first, and `depth` says how many of them the one who notes is inside of.
   */
  passed(stack: readonly string[], depth: number, source: Source): this {
    if (this.source !== undefined) return this;
    const calls: string[] = [];
    for (let level = depth; level <= Math.max(depth, stack.length - 1); level++) {
      // A limit ends everything: which functions of the script it met is of no account.
      if (level > depth && this.isCatchable) calls.push(stack[level]!);
      const called = this.#natives.filter((native) => native.depth === level);
      calls.push(...called.map(({ name }) => name).reverse());
    }
    this.#note(calls, source);
    return this;
  }

  #note(calls: readonly string[], source: Source): void {
    this.#calls = calls;
    this.source = source;
    this.message = `${this.#text}${this.#where()}`;
  }

  get position(): { readonly line: number; readonly column: number } | undefined {
    return this.source === undefined || this.at === NO_PLACE ? undefined : this.source.positionAt(this.at);
  }

  #where(): string {
    const position = this.position;
    const names = this.#calls.map((name) => (name.startsWith(CLOSURE_PREFIX) ? "closure" : `${name}()`));
    const inCalls = names.length > 0 ? ` in ${names.join(" > ")}` : "";
    return position === undefined ? inCalls : `${inCalls} (line ${position.line}, position ${position.column})`;
  }

  /** The message with the lines around the place. */
  render(): string {
    if (this.source === undefined || this.at === NO_PLACE) return this.message;
    return `${this.message}\n${codeFrame(this.source, { start: this.at, end: this.at + 1 })}`;
  }
}
