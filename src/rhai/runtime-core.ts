/**
 * What every part of the runtime stands on: the run itself, its host and scope, and how an error leaves it. What it may use
 * up and how large things may become is below it (`runtime-budget.ts`, `runtime-sizes.ts`).
 */
import { type Source } from "../text/index.ts";
import { RhaiError } from "./errors.ts";
import { type NativeTable } from "./natives.ts";
import { type RhaiOptions } from "./options.ts";
import { EMPTY_SCOPE, type Evaluator, type RhaiHost, type RuntimeExtras, type ScopeView } from "./runtime-host.ts";
import { RuntimeSizes } from "./runtime-sizes.ts";
import { type RhaiValue, type ScriptBody } from "./values.ts";

export abstract class RuntimeCore extends RuntimeSizes {
  readonly natives: NativeTable;
  readonly source: Source;
  readonly stack: string[] = [];
  protected scope: ScopeView = EMPTY_SCOPE;
  protected readonly evaluator: Evaluator | undefined;
  protected readonly inherited: ReadonlyMap<string, ScriptBody>;
  protected functions: ReadonlyMap<string, ScriptBody> = new Map();
  protected depth: () => number = () => 0;
  #clearGlobals: () => void = () => undefined;
  /** Set by a native that replaced its first argument (a text, an integer). */
  replaced: { readonly value: RhaiValue } | undefined;

  constructor(source: Source, options: RhaiOptions, natives: NativeTable, more: RuntimeExtras = {}) {
    super(options);
    this.source = source;
    this.evaluator = more.evaluator;
    this.inherited = more.inherited ?? new Map();
    this.natives = natives;
  }

  get maxDepth(): number {
    return this.options.maxCallLevels === 0 ? 5000 : this.options.maxCallLevels;
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
    this.forgetSizes();
    this.#clearGlobals();
  }

  /** Runs generated code with a scope and a host. @throws RhaiError. */
  run(main: () => RhaiValue, scope: ScopeView, host: RhaiHost): RhaiValue {
    this.scope = scope;
    this.host = host;
    this.beginCounting();
    try {
      const value = main();
      this.endCounting();
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

  /** @param at the function that is called once too deep */
  overflow(at: number): never {
    throw new RhaiError("ErrorStackOverflow", "Stack overflow", at);
  }

  tooManyVariables(at: number): never {
    throw new RhaiError("ErrorTooManyVariables", "Too many variables defined", at);
  }
}
