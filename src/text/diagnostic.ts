/**
 * A user's mistake as a value: what is wrong, where, and what to do. Parsers collect them all; the edge prints them.
 */
import type { Position, Source, Span } from "./source.ts";

export interface Diagnostic {
  readonly level: "error" | "warning";
  /** A stable kebab-case name of the kind of fault, e.g. `unknown-node-type`. */
  readonly code: string;
  readonly message: string;
  readonly source: Source;
  readonly span: Span;
  /** What to do, one sentence. */
  readonly hint?: string;
}

/** `file:line:column`, as editors and terminals make it a link. */
export function locationOf(diagnostic: Pick<Diagnostic, "source" | "span">): string {
  const { line, column } = diagnostic.source.positionAt(diagnostic.span.start);
  return `${diagnostic.source.name}:${line}:${column}`;
}

/** The JSON form of a diagnostic, for `--json`. */
export interface DiagnosticJson {
  readonly level: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
  readonly hint?: string;
}

export function diagnosticToJson(diagnostic: Diagnostic): DiagnosticJson {
  const { level, code, message, source, span, hint } = diagnostic;
  const json = {
    level,
    code,
    message,
    file: source.name,
    start: source.positionAt(span.start),
    end: source.positionAt(span.end),
  };
  return hint === undefined ? json : { ...json, hint };
}
