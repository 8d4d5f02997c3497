/**
 * What every part of the runtime stands on: the run itself, its host and scope, its limits, and how an error leaves it.
 */
import { type Source } from "../text/index.ts";
import { same } from "./arithmetic.ts";
import { RhaiError } from "./errors.ts";
import { type NativeTable } from "./natives.ts";
import { type RhaiOptions } from "./options.ts";
import { RhaiArray, RhaiBlob, RhaiMap } from "./containers.ts";
import { type Cell, type RhaiValue, type ScriptBody } from "./values.ts";

/** What the embedder gives a run. Nothing here: then there is no output, no clock and no randomness. */
export interface RhaiHost {
  print?(text: string): void;
  debug?(text: string, position: { readonly line: number; readonly column: number } | undefined): void;
  /** Milliseconds since the epoch. */
  now?(): number;
  /** Milliseconds of a clock that nobody sets, for the deadline; by default `now()`. */
  monotonic?(): number;
  /** In [0, 1). */
  random?(): number;
  /** The run ends when `monotonic()` is past it, milliseconds. */
  readonly deadlineMs?: number;
}

export interface ScopeView {
  cell(name: string): Cell | undefined;
  isConstant(name: string): boolean;
  keep(variables: readonly (readonly [name: string, value: RhaiValue, isConstant: boolean])[]): void;
  names(): string[];
}

/** A variable of a caller, for `eval`. */
export interface Binding {
  get(): RhaiValue;
  set(value: RhaiValue): void;
  readonly constant: boolean;
}

/** What an `eval` declared in a block. */
export interface EvalCell extends Cell {
  readonly isConstant: boolean;
}

export type EvalStore = Map<string, EvalCell>;

export type Evaluator = (
  script: string,
  scope: ScopeView,
  host: RhaiHost,
  functions: ReadonlyMap<string, ScriptBody>,
) => RhaiValue;

export interface RuntimeExtras {
  /** How `eval` runs a text; absent: there is no `eval`. */
  readonly evaluator?: Evaluator;
  /** Functions of the script that called `eval`. */
  readonly inherited?: ReadonlyMap<string, ScriptBody>;
}

/** Operations between two looks at the clock: at most, and while they are slow or it is not known yet how slow. */
const DEADLINE_EVERY = 256;
const DEADLINE_SOON = 8;
/** Operations are slow when those between two looks took longer. */
const SLOW_MS = 10;
/** Characters, bytes and elements that functions may be given between two looks at the clock. */
const DEADLINE_EVERY_UNITS = 1_000_000;
/** Elements that `==` compares, each an operation, between two looks at the clock. */
const COMPARED_BETWEEN_LOOKS = 1024;
/** Making bytes is work, too. */
const BYTES_PER_OPERATION = 8;
/** Containers in containers in containers …: deeper than this is refused like too large. */
const MAX_NESTING = 200;
/** A container may always grow by so much before it is counted, unless a bound is nearer. */
const MIN_SLACK = 1000;

export abstract class RuntimeCore {
  readonly options: RhaiOptions;
  readonly natives: NativeTable;
  readonly source: Source;
  readonly stack: string[] = [];
  host: RhaiHost = {};
  protected scope: ScopeView = EMPTY_SCOPE;
  protected readonly evaluator: Evaluator | undefined;
  protected readonly inherited: ReadonlyMap<string, ScriptBody>;
  protected functions: ReadonlyMap<string, ScriptBody> = new Map();
  protected depth: () => number = () => 0;
  protected operations = 0;
  /** Characters, bytes and elements that functions were given since the last look at the clock. */
  #given = 0;
  /** Calls of native functions by others since they were counted. */
  #called = 0;
  #lookedAtMs = 0;
  /** The last large text, with the length of its UTF-8: a text that grows piece by piece is not gone through at each. */
  #measured = NOTHING_MEASURED;
  #clearGlobals: () => void = () => undefined;
  /** Where generated code began to count, which is above 0 when the next look at the clock shall come soon. */
  #ahead = 0;
  /** Operations that generated code has counted since the last `tick`. */
  protected ticks: () => number = () => 0;
  protected setTicks: (ticks: number) => void = () => undefined;
  /** Set by a native that replaced its first argument (a text, an integer). */
  replaced: { readonly value: RhaiValue } | undefined;

  constructor(source: Source, options: RhaiOptions, natives: NativeTable, more: RuntimeExtras = {}) {
    this.source = source;
    this.evaluator = more.evaluator;
    this.inherited = more.inherited ?? new Map();
    this.options = options;
    this.natives = natives;
  }

  get maxDepth(): number {
    return this.options.maxCallLevels === 0 ? 5000 : this.options.maxCallLevels;
  }

  /** Generated code counts up to this by itself. */
  get tickEvery(): number {
    const { maxOperations } = this.options;
    return maxOperations === 0 ? DEADLINE_EVERY : Math.min(DEADLINE_EVERY, maxOperations);
  }

  /** Called by generated code when it is set up. */
  begin(
    functions: ReadonlyMap<string, ScriptBody>,
    depth: () => number,
    ticks: () => number,
    setTicks: (ticks: number) => void,
    clearGlobals: () => void,
  ): void {
    this.functions = functions;
    this.depth = depth;
    this.ticks = ticks;
    this.setTicks = setTicks;
    this.#clearGlobals = clearGlobals;
  }

  /** Lets go of what the last run saw. */
  forget(): void {
    this.scope = EMPTY_SCOPE;
    this.host = {};
    this.replaced = undefined;
    this.#measured = NOTHING_MEASURED;
    this.#clearGlobals();
  }

  /** Runs generated code with a scope and a host. @throws RhaiError. */
  run(main: () => RhaiValue, scope: ScopeView, host: RhaiHost): RhaiValue {
    this.scope = scope;
    this.host = host;
    this.operations = 0;
    this.#given = 0;
    this.#lookAfter(DEADLINE_SOON);
    this.#lookedAtMs = this.#deadlineClock();
    try {
      const value = main();
      this.#count(this.ticks() - this.#ahead, -1);
      return value;
    } catch (thrown) {
      const error = this.located(thrown, 0);
      // `exit(value)` ends the script with that value.
      if (error.innerKind === "ErrorTerminated" && error.thrown !== undefined) return error.thrown;
      throw error;
    }
  }

  /** Notes on an error which functions it came through, and makes one of whatever else was thrown. */
  located(thrown: unknown, depth: number): RhaiError {
    return this.#asError(thrown).passed(this.stack.slice(0, this.depth() + 1), depth, this.source);
  }

  #asError(thrown: unknown): RhaiError {
    if (thrown instanceof RhaiError) return thrown;
    if (thrown instanceof RangeError && /call stack/i.test(thrown.message))
      return new RhaiError("ErrorStackOverflow", "Stack overflow");
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new RhaiError("ErrorRuntime", message, -1, { cause: thrown });
  }

  /** How deep in functions of the script the run is. */
  get level(): number {
    return this.depth();
  }

  tick(ticks: number, at: number): void {
    const before = this.#lookedAtMs;
    const counted = ticks - this.#ahead;
    this.#lookAfter(0);
    this.count(counted, at);
    // Operations that copy or compare much are slow without being many.
    const isSlow = this.#lookedAtMs - before > SLOW_MS;
    this.#lookAfter(isSlow ? DEADLINE_SOON : Math.min(2 * counted, this.tickEvery));
  }

  /** Lets generated code begin to count so that it comes back after so many operations; 0: as many as it counts. */
  #lookAfter(operations: number): void {
    this.#ahead = operations === 0 ? 0 : Math.max(0, this.tickEvery - operations);
    this.setTicks(this.#ahead);
  }

  /** Counts operations of a native function that does much at once, with a look at the clock. */
  count(operations: number, at: number): void {
    this.#count(operations, at);
    this.#look(at);
  }

  /** Counts a native function that another one calls (`sort("-")`): no code of the script is there to count it. */
  protected calledBack(at: number): void {
    this.#called += 1;
    if (this.#called < DEADLINE_EVERY) return;
    this.#called = 0;
    this.count(DEADLINE_EVERY, at);
  }

  /**
   * Looks at the clock when functions were given much: one operation on a text of megabytes takes as long as many
   * thousands of others, and a script may do hundreds of them between two looks that only operations count.
   */
  protected wasGiven(args: readonly RhaiValue[], at: number): void {
    for (const arg of args)
      if (typeof arg === "string") this.#given += arg.length;
      else if (typeof arg === "object" && arg !== null) this.#given += extent(arg);
    if (this.#given > DEADLINE_EVERY_UNITS) this.#look(at);
  }

  /**
   * Looks at the clock when much of texts was compared for their order, which is done character by character: one sort of
   * long texts that begin alike compares billions.
   */
  comparesTexts(left: RhaiValue, right: RhaiValue, at: number): void {
    if (typeof left !== "string" || typeof right !== "string") return;
    this.#given += Math.min(left.length, right.length);
    if (this.#given > DEADLINE_EVERY_UNITS) this.#look(at);
  }

  /**
   * `==`, with what it compares counted: one operation may compare all that a script holds, and function pointers that hold
   * each other as curried arguments are more to compare than there is.
   */
  same(left: RhaiValue, right: RhaiValue, at: number): boolean {
    // Numbers and texts are compared at once.
    if (typeof left !== "object" || typeof right !== "object") return same(left, right);
    let compared = 0;
    const isSame = same(left, right, (elements) => {
      compared += elements;
      if (compared < COMPARED_BETWEEN_LOOKS) return;
      this.count(compared, at);
      compared = 0;
    });
    this.#count(compared, at);
    return isSame;
  }

  /**
   * Counts bytes that a script is given. They lie outside of the memory that a thread's own bound is about, so that only
   * its operations bound what a script can hold of them.
   */
  madeBytes(count: number, at: number): void {
    const operations = Math.floor(count / BYTES_PER_OPERATION);
    if (operations > 0) this.count(operations, at);
  }

  /** The bytes of a blob, to be changed where they are. */
  ownBytes(blob: RhaiBlob, at: number): Uint8Array {
    if (blob.isShared) this.madeBytes(blob.bytes.length, at);
    return blob.own();
  }

  /** Gives a blob other bytes. Those that it had are gone, unless a copy has them, too. */
  renewBytes(blob: RhaiBlob, next: Uint8Array, at: number): void {
    this.madeBytes(blob.isShared ? next.length : next.length - blob.bytes.length, at);
    blob.replace(next);
    this.sized(blob, at);
  }

  #look(at: number): void {
    this.#given = 0;
    const { deadlineMs } = this.host;
    if (deadlineMs === undefined) return;
    this.#lookedAtMs = this.#deadlineClock();
    if (this.#lookedAtMs > deadlineMs) throw new RhaiError("ErrorTerminated", "Script terminated: its time is up", at);
  }

  #deadlineClock(): number {
    const { host } = this;
    return host.monotonic?.() ?? host.now?.() ?? 0;
  }

  #count(ticks: number, at: number): void {
    this.operations += ticks;
    const { maxOperations } = this.options;
    if (maxOperations > 0 && this.operations > maxOperations)
      throw new RhaiError("ErrorTooManyOperations", "Too many operations", at);
  }

  /** @param at the function that is called once too deep */
  overflow(at: number): never {
    throw new RhaiError("ErrorStackOverflow", "Stack overflow", at);
  }

  tooManyVariables(at: number): never {
    throw new RhaiError("ErrorTooManyVariables", "Too many variables defined", at);
  }

  /** Two texts as one, whose size is checked. */
  joined(left: string, right: string, at: number): string {
    const text = left + right;
    const { maxStringSize } = this.options;
    if (maxStringSize === 0 || text.length * MOST_BYTES_PER_UNIT <= maxStringSize) return text;
    const bytes = this.#utf8Length(left) + this.#utf8Length(right);
    if (bytes > maxStringSize) throw tooLarge("Length of string", at);
    this.#measured = { text, bytes };
    return text;
  }

  #utf8Length(text: string): number {
    return text === this.#measured.text ? this.#measured.bytes : Buffer.byteLength(text);
  }

  /** Checks the size of what a script makes. Returns the value. */
  sized<V extends RhaiValue>(value: V, at: number): V {
    const { maxStringSize, maxArraySize } = this.options;
    if (typeof value === "string") {
      const mayBeLong = maxStringSize > 0 && value.length * MOST_BYTES_PER_UNIT > maxStringSize;
      if (mayBeLong && this.#utf8Length(value) > maxStringSize) throw tooLarge("Length of string", at);
    } else if (value instanceof RhaiArray || value instanceof RhaiMap) {
      this.#counted(value, at);
    } else if (value instanceof RhaiBlob && maxArraySize > 0 && value.bytes.length > maxArraySize) {
      throw tooLarge("Size of array/BLOB", at);
    }
    return value;
  }

  /**
   * Checks a container that took in a value. Its size is only counted when so much was added that a bound may be
   * exceeded, or as much as there was: counting costs as much as making it, however it is made.
   */
  grew(container: RhaiArray | RhaiMap, value: RhaiValue, at: number): void {
    const taken = this.elementsOf(value);
    // Many elements in one step are many operations: what a script can hold is bounded by them, wherever it puts it.
    if (taken > 0) this.count(taken, at);
    container.slack -= 1 + taken;
    if (container.slack < 0) this.#counted(container, at);
  }

  /** Elements and keys of a container, nested ones included; 0 of anything else. */
  elementsOf(value: RhaiValue): number {
    return value instanceof RhaiArray || value instanceof RhaiMap ? total(weigh(value)) : 0;
  }

  /** Counts a container, nested ones included. @throws RhaiError when there are too many elements of a kind */
  #counted(container: RhaiArray | RhaiMap, at: number): void {
    const { maxArraySize, maxMapSize } = this.options;
    if (maxArraySize === 0 && maxMapSize === 0) return;
    const weight = weigh(container);
    if (maxArraySize > 0 && weight.items > maxArraySize) throw tooLarge("Size of array/BLOB", at);
    if (maxMapSize > 0 && weight.keys > maxMapSize) throw tooLarge("Size of object map", at);
    const left = Math.min(
      maxArraySize > 0 ? maxArraySize - weight.items : Number.POSITIVE_INFINITY,
      maxMapSize > 0 ? maxMapSize - weight.keys : Number.POSITIVE_INFINITY,
    );
    container.slack = Math.min(left, Math.max(MIN_SLACK, total(weight)));
  }

  /** A literal that took in containers. */
  readonly sizedLiteral = (value: RhaiArray | RhaiMap, at: number): RhaiValue => {
    this.#counted(value, at);
    return value;
  };
}

const NOTHING_MEASURED = { text: "", bytes: 0 };
/** A unit of UTF-16 takes at most so many bytes in UTF-8; the two of a pair take four. */
const MOST_BYTES_PER_UNIT = 3;

const EMPTY_SCOPE: ScopeView = {
  cell: () => undefined,
  isConstant: () => false,
  keep: () => undefined,
  names: () => [],
};

export function tooLarge(what: string, at: number): RhaiError {
  return new RhaiError("ErrorDataTooLarge", `${what} too large`, at, { fields: [["type", what]] });
}

/** Elements on the outermost level, or bytes. */
function extent(value: Extract<RhaiValue, object>): number {
  if (value instanceof RhaiArray || value instanceof RhaiMap) return value.sizeAtHand;
  return value instanceof RhaiBlob ? value.bytes.length : 0;
}

interface Weight {
  items: number;
  keys: number;
}

function total({ items, keys }: Weight): number {
  return items + keys;
}

/** All elements and keys, nested ones included: what a script could hide in depth counts as well. */
function weigh(value: RhaiArray | RhaiMap): Weight {
  const weight = { items: 0, keys: 0 };
  addWeight(value, weight, 0);
  return weight;
}

function addWeight(value: RhaiArray | RhaiMap, weight: Weight, depth: number): void {
  if (depth > MAX_NESTING) weight.items = weight.keys = Number.POSITIVE_INFINITY;
  else if (value instanceof RhaiArray) {
    weight.items += value.items.length;
    for (const item of value.items)
      if (item instanceof RhaiArray || item instanceof RhaiMap) addWeight(item, weight, depth + 1);
  } else {
    weight.keys += value.entries.size;
    for (const item of value.entries.values())
      if (item instanceof RhaiArray || item instanceof RhaiMap) addWeight(item, weight, depth + 1);
  }
}
