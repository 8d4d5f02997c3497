/** Where a Rhai variable lives in the generated code. */
export interface Variable {
  readonly name: string;
  /** The generated name. */
  readonly js: string;
  /** Captured by a closure: the value is `js.v`. */
  readonly isCell: boolean;
  readonly isConst: boolean;
  /** Comes from the scope that is passed in; it may be missing, or constant, which only shows when the script runs. */
  readonly isOuter: boolean;
  /** A closure mentions it. */
  readonly isShared: boolean;
}

/** Blocks within blocks; the innermost, latest variable of a name is the one that counts. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #variables = new Map<string, Variable>();
  /** The generated name of what an `eval` in this block declares; empty where there is no `eval`. */
  readonly store: string;

  constructor(parent?: Scope, store = "") {
    this.#parent = parent;
    this.store = store;
  }

  declare(variable: Variable): void {
    this.#variables.set(variable.name, variable);
  }

  find(name: string): Variable | undefined {
    return this.#variables.get(name) ?? this.#parent?.find(name);
  }

  /** The stores that may hide the variable of that name, the innermost first. */
  storesBefore(name: string): string[] {
    const own = this.store === "" ? [] : [this.store];
    return this.#variables.has(name) ? own : [...own, ...(this.#parent?.storesBefore(name) ?? [])];
  }

  /** All stores that are visible here, the innermost first. */
  get stores(): string[] {
    return [...(this.store === "" ? [] : [this.store]), ...(this.#parent?.stores ?? [])];
  }

  /** Whether this very block declares the name. */
  has(name: string): boolean {
    return this.#variables.has(name);
  }

  /** Names that are visible here. */
  names(): string[] {
    return [...new Set([...this.#variables.keys(), ...(this.#parent?.names() ?? [])])].filter(isWritten);
  }

  /** Variables of this very block, the latest of each name. */
  own(): Variable[] {
    return [...this.#variables.values()].filter(({ name }) => isWritten(name));
  }
}

/** Variables that only the generated code knows have names that no script can write. */
function isWritten(name: string): boolean {
  return !name.startsWith("?");
}
