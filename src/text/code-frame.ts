/** A few lines around a span with a marker under it, and the whole diagnostic as a person reads it. */
import { locationOf, type Diagnostic } from "./diagnostic.ts";
import type { Source, Span } from "./source.ts";

/** How to paint the parts; the edge passes its terminal's colours, tests and logs pass nothing. */
export interface Paint {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const asIs = (text: string): string => text;
export const noPaint: Paint = { error: asIs, warning: asIs, dim: asIs, bold: asIs };

const CONTEXT_LINES = 2;
const MAX_LINE_CHARS = 160;
const TAB = /\t/g;

/** Renders the lines around `span`; the marker stands under its first line. */
export function codeFrame(source: Source, span: Span, paint: Paint = noPaint): string {
  const start = source.positionAt(span.start);
  const end = source.positionAt(Math.max(span.start, span.end));
  const first = Math.max(1, start.line - CONTEXT_LINES);
  const last = Math.min(source.lineCount, start.line + CONTEXT_LINES);
  const gutter = String(last).length;
  const rows: string[] = [];
  for (let line = first; line <= last; line++) {
    const text = source.lineText(line);
    const mark = line === start.line ? ">" : " ";
    const shown = text.length > MAX_LINE_CHARS ? `${text.slice(0, MAX_LINE_CHARS)}…` : text;
    rows.push(`${mark} ${paint.dim(`${String(line).padStart(gutter)} |`)} ${shown.replace(TAB, "  ")}`.trimEnd());
    if (line === start.line && start.column <= MAX_LINE_CHARS) {
      const stop = end.line === start.line ? end.column : text.length + 1;
      const width = Math.max(1, Math.min(stop, MAX_LINE_CHARS) - start.column);
      const tabs = text.slice(0, start.column - 1).match(TAB)?.length ?? 0;
      const pad = " ".repeat(start.column - 1 + tabs);
      rows.push(`  ${paint.dim(`${" ".repeat(gutter)} |`)} ${pad}${paint.error("^".repeat(width))}`);
    }
  }
  return rows.join("\n");
}

/** Location, message, frame and hint of one diagnostic. */
export function renderDiagnostic(diagnostic: Diagnostic, paint: Paint = noPaint): string {
  const colour = diagnostic.level === "error" ? paint.error : paint.warning;
  const head = `${paint.bold(locationOf(diagnostic))}: ${colour(diagnostic.level)} ${paint.dim(`[${diagnostic.code}]`)} ${diagnostic.message}`;
  const frame = codeFrame(diagnostic.source, diagnostic.span, paint);
  const hint = diagnostic.hint === undefined ? "" : `\n  ${paint.dim("fix:")} ${diagnostic.hint}`;
  return `${head}\n${frame}${hint}`;
}
