/** What a script may do and how much of it. Limits of 0 mean "no limit", as in Rhai. */
export interface RhaiOptions {
  /** Pure Rhai: our extensions (reserved words as keys, `join`, `format!`, hashes, dates …) are off. */
  readonly strict: boolean;
  readonly strictVariables: boolean;
  /** Names of the scope that strict variables accept. */
  readonly knownVariables: readonly string[];
  readonly allowEval: boolean;
  readonly allowLooping: boolean;
  readonly allowAnonymousFn: boolean;
  readonly allowIfExpression: boolean;
  readonly allowSwitchExpression: boolean;
  readonly allowLoopExpressions: boolean;
  readonly allowStatementExpression: boolean;
  readonly allowShadowing: boolean;
  readonly failOnInvalidMapProperty: boolean;
  /** Only an expression: no statements, blocks or closures with bodies. */
  readonly expressionOnly: boolean;
  readonly disabledSymbols: readonly string[];
  readonly maxOperations: number;
  readonly maxCallLevels: number;
  /** Nesting of expressions at global level and inside functions. */
  readonly maxExprDepth: number;
  readonly maxFunctionExprDepth: number;
  readonly maxStringSize: number;
  readonly maxArraySize: number;
  readonly maxMapSize: number;
  readonly maxVariables: number;
  readonly maxFunctions: number;
  readonly maxScriptChars: number;
}

/** Safe for flows: a script of an attacker's making ends soon and stays small. */
export const DEFAULT_OPTIONS: RhaiOptions = Object.freeze({
  strict: false,
  strictVariables: false,
  knownVariables: [],
  allowEval: false,
  allowLooping: true,
  allowAnonymousFn: true,
  allowIfExpression: true,
  allowSwitchExpression: true,
  allowLoopExpressions: true,
  allowStatementExpression: true,
  allowShadowing: true,
  failOnInvalidMapProperty: false,
  expressionOnly: false,
  disabledSymbols: [],
  maxOperations: 5_000_000,
  maxCallLevels: 64,
  maxExprDepth: 64,
  maxFunctionExprDepth: 32,
  maxStringSize: 4 * 1024 * 1024,
  maxArraySize: 1_000_000,
  maxMapSize: 200_000,
  maxVariables: 10_000,
  maxFunctions: 1000,
  maxScriptChars: 1_000_000,
});

/** Completes options; every name is known by its type. */
export function resolveOptions(options: Partial<RhaiOptions> = {}): RhaiOptions {
  return Object.freeze({ ...DEFAULT_OPTIONS, ...options });
}
