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
/** In a line that is cut, so much stands before what is marked, and behind its beginning at least. */
const BEFORE_MARK = 60;
const BEHIND_MARK = 20;

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
    const isMarked = line === start.line;
    const part = cut(text, isMarked ? start.column - 1 : 0);
    const head = paint.dim(`${String(line).padStart(gutter)} |`);
    rows.push(`${isMarked ? ">" : " "} ${head} ${shown(part.text)}`.trimEnd());
    if (!isMarked) continue;
    const stop = end.line === start.line ? end.column - 1 : text.length;
    const before = part.lead + text.slice(part.from, start.column - 1);
    const marked = text.slice(start.column - 1, Math.min(stop, part.to));
    const carets = paint.error("^".repeat(Math.max(1, cellsOf(shown(marked)))));
    rows.push(`  ${paint.dim(`${" ".repeat(gutter)} |`)} ${" ".repeat(cellsOf(shown(before)))}${carets}`);
  }
  return rows.join("\n");
}

interface Part {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** What stands for the part of the line that was cut off before. */
  readonly lead: string;
}

/** The part of a long line in which an offset stands, not cut within a character. */
function cut(line: string, at: number): Part {
  const isNear = at < MAX_LINE_CHARS - BEHIND_MARK;
  const from = line.length <= MAX_LINE_CHARS || isNear ? 0 : characterStart(line, at - BEFORE_MARK);
  const to = characterStart(line, Math.min(line.length, from + MAX_LINE_CHARS));
  const lead = from > 0 ? "…" : "";
  return { text: lead + line.slice(from, to) + (to < line.length ? "…" : ""), from, to, lead };
}

/** The offset itself, or the one before when it is between the two units of a character. */
function characterStart(text: string, offset: number): number {
  return offset > 0 && text.codePointAt(offset - 1)! > 0xffff ? offset - 1 : offset;
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
