/** A few lines around a span with a marker under it, and the whole diagnostic as a person reads it. */
import { locationOf, type Diagnostic } from "./diagnostic.ts";
import type { Source, Span } from "./source.ts";
import { cellsOf, visible } from "./visible.ts";

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

/** Renders the lines around `span`; the marker stands under its first line, as wide as what it marks is shown. */
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
    rows.push(`${mark} ${paint.dim(`${String(line).padStart(gutter)} |`)} ${shown(beginning(text))}`.trimEnd());
    if (line === start.line && start.column <= MAX_LINE_CHARS) {
      const stop = end.line === start.line ? end.column : text.length + 1;
      const before = text.slice(0, start.column - 1);
      const marked = text.slice(before.length, Math.min(stop, MAX_LINE_CHARS) - 1);
      const carets = paint.error("^".repeat(Math.max(1, cellsOf(shown(marked)))));
      rows.push(`  ${paint.dim(`${" ".repeat(gutter)} |`)} ${" ".repeat(cellsOf(shown(before)))}${carets}`);
    }
  }
  return rows.join("\n");
}

/** The beginning of a long line, not cut within a character. */
function beginning(text: string): string {
  if (text.length <= MAX_LINE_CHARS) return text;
  return `${text.slice(0, MAX_LINE_CHARS).replace(/[\ud800-\udbff]$/, "")}…`;
}

function shown(text: string): string {
  return visible(text.replaceAll("\t", "  "));
}

/** Location, message, frame and hint of one diagnostic. */
export function renderDiagnostic(diagnostic: Diagnostic, paint: Paint = noPaint): string {
  const colour = diagnostic.level === "error" ? paint.error : paint.warning;
  const place = paint.bold(visible(locationOf(diagnostic)));
  const head = `${place}: ${colour(diagnostic.level)} ${paint.dim(`[${diagnostic.code}]`)} ${visible(diagnostic.message)}`;
  const frame = codeFrame(diagnostic.source, diagnostic.span, paint);
  const hint = diagnostic.hint === undefined ? "" : `\n  ${paint.dim("fix:")} ${visible(diagnostic.hint)}`;
  return `${head}\n${frame}${hint}`;
}
