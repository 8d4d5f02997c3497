/** A text with a name: what a span points into. */
export class Source {
  readonly name: string;
  readonly text: string;
  #lineStarts: number[] | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  /** Line and column (both from 1; columns count UTF-16 units) of an offset; offsets outside the text are clamped. */
  positionAt(offset: number): Position {
    const starts = (this.#lineStarts ??= lineStartsOf(this.text));
    const clamped = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= clamped) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: clamped - starts[low]! + 1 };
  }

  /** The text of a line (from 1) without its line break. */
  lineText(line: number): string {
    const starts = (this.#lineStarts ??= lineStartsOf(this.text));
    const start = starts[line - 1];
    if (start === undefined) return "";
    const end = starts[line] ?? this.text.length;
    return this.text.slice(start, end).replace(/\r?\n$/, "");
  }

  get lineCount(): number {
    return (this.#lineStarts ??= lineStartsOf(this.text)).length;
  }
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A half-open range of offsets into a source's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
