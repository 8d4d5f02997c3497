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
}

/** Blocks within blocks; the innermost, latest variable of a name is the one that counts. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #variables = new Map<string, Variable>();

  constructor(parent?: Scope) {
    this.#parent = parent;
  }

  declare(variable: Variable): void {
    this.#variables.set(variable.name, variable);
  }

  find(name: string): Variable | undefined {
    return this.#variables.get(name) ?? this.#parent?.find(name);
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
