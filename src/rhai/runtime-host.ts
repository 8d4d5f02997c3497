/** What a run of a script has around it: its host, its scope, and how a text is evaluated. */
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

export const EMPTY_SCOPE: ScopeView = {
  cell: () => undefined,
  isConstant: () => false,
  keep: () => undefined,
  names: () => [],
};
