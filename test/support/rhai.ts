/** Rhai scripts in tests: what a script gives, written as Rhai writes it, or which error ends it and where. */
import { expect } from "vitest";
import {
  compileScript,
  debugForm,
  RhaiError,
  RhaiScope,
  type RhaiErrorKind,
  type RhaiHost,
  type RhaiOptions,
} from "../../src/rhai/index.ts";
import { Source } from "../../src/text/index.ts";

export interface RhaiSetting {
  readonly options?: Partial<RhaiOptions>;
  /** Variables as JSON texts. */
  readonly scope?: Readonly<Record<string, string>>;
  /** Constants as JSON texts. */
  readonly constants?: Readonly<Record<string, string>>;
  readonly host?: RhaiHost;
}

/** The result in Rhai's debug form: `1.0`, `"text"`, `#{"a": 1}`. @throws RhaiError, or an Error for a refused script. */
export function evaluate(script: string, setting: RhaiSetting = {}): string {
  const compiled = compileScript(new Source("test.rhai", script), setting.options);
  if ("diagnostics" in compiled) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
  const scope = new RhaiScope();
  for (const [name, json] of Object.entries(setting.scope ?? {})) scope.setJsonText(name, json);
  for (const [name, json] of Object.entries(setting.constants ?? {})) scope.setJsonText(name, json, { constant: true });
  return debugForm(compiled.script.run(scope, setting.host ?? {}));
}

export function expectEval(script: string, expected: string, setting?: RhaiSetting): void {
  expect(evaluate(script, setting)).toBe(expected);
}

/** The error that ends a script. */
export function failure(script: string, setting?: RhaiSetting): RhaiError {
  try {
    evaluate(script, setting);
  } catch (thrown) {
    if (thrown instanceof RhaiError) return thrown;
    throw thrown;
  }
  throw new Error(`the script ends well: ${script}`);
}

export function expectError(script: string, kind: RhaiErrorKind, setting?: RhaiSetting): void {
  expect(failure(script, setting).innerKind).toBe(kind);
}

/** Faults found before a script runs, as `line:column message`. */
export function faults(script: string, options?: Partial<RhaiOptions>): string[] {
  const source = new Source("test.rhai", script);
  const compiled = compileScript(source, options);
  if (!("diagnostics" in compiled)) return [];
  return compiled.diagnostics.map(({ message, span }) => {
    const { line, column } = source.positionAt(span.start);
    return `${line}:${column} ${message}`;
  });
}
