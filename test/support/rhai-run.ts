/** Running a script in a test: `expectEval("1 + 2", "3")` compares what the value looks like to a script's author. */
import { expect } from "vitest";
import {
  compileScript,
  debugForm,
  parseJsonValue,
  RhaiError,
  RhaiScope,
  type RhaiErrorKind,
  type RhaiHost,
  type RhaiOptions,
  type RhaiValue,
} from "../../src/rhai/index.ts";
import { Source } from "../../src/text/index.ts";

export interface Given {
  readonly options?: Partial<RhaiOptions>;
  readonly host?: RhaiHost;
  /** Variables, as JSON. */
  readonly scope?: Readonly<Record<string, unknown>>;
  /** Constants, as JSON. */
  readonly constants?: Readonly<Record<string, unknown>>;
}

export function evaluate(script: string, given: Given = {}): RhaiValue {
  const compiled = compileScript(new Source("test.rhai", script), given.options);
  if ("diagnostics" in compiled) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
  const scope = new RhaiScope();
  for (const [name, value] of Object.entries(given.scope ?? {}))
    scope.setValue(name, parseJsonValue(JSON.stringify(value)));
  for (const [name, value] of Object.entries(given.constants ?? {}))
    scope.setValue(name, parseJsonValue(JSON.stringify(value)), { constant: true });
  return compiled.script.run(scope, given.host);
}

/** What the script gives, as `debug` shows it. */
export function expectEval(script: string, shown: string, given: Given = {}): void {
  expect(debugForm(evaluate(script, given))).toBe(shown);
}

/** The error that the script ends with. */
export function errorOf(script: string, given: Given = {}): RhaiError {
  try {
    evaluate(script, given);
  } catch (thrown) {
    if (thrown instanceof RhaiError) return thrown;
    throw thrown;
  }
  throw new Error(`no error from: ${script}`);
}

export function expectError(script: string, kind: RhaiErrorKind, given: Given = {}): void {
  expect(errorOf(script, given).innerKind).toBe(kind);
}

/** Codes of what the parser finds. */
export function faultsOf(script: string, options: Partial<RhaiOptions> = {}): string[] {
  const compiled = compileScript(new Source("test.rhai", script), options);
  return "diagnostics" in compiled ? compiled.diagnostics.map(({ code }) => code) : [];
}

/** Expects the parser to refuse the script, for that reason first. */
export function expectRefused(script: string, code: string, options: Partial<RhaiOptions> = {}): void {
  expect(faultsOf(script, options)[0]).toBe(code);
}

/** What is found before a script runs, as `line:column message`. */
export function placedFaults(script: string, options: Partial<RhaiOptions> = {}): string[] {
  const source = new Source("test.rhai", script);
  const compiled = compileScript(source, options);
  if (!("diagnostics" in compiled)) return [];
  return compiled.diagnostics.map(({ message, span }) => {
    const { line, column } = source.positionAt(span.start);
    return `${line}:${column} ${message}`;
  });
}
