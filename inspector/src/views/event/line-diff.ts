/** What differs between two texts, line by line. Pure. */

export interface DiffLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** More lines than this on either side, after what they share at both ends, are told apart as a whole. */
const MOST_LINES = 2_000;

/** Lines that are the same, left out between two changes. */
export interface FoldedLines {
  readonly kind: "folded";
  readonly count: number;
}

const CONTEXT = 3;
/** More changed lines than this in a row are shown in part. */
const MOST_SHOWN = 1_000;

/** What changed with a few lines around it; what is the same, or changed without an end, is counted. */
export function foldSame(lines: readonly DiffLine[]): readonly (DiffLine | FoldedLines)[] {
  const folded: (DiffLine | FoldedLines)[] = [];
  for (let from = 0; from < lines.length;) {
    const kind = lines[from]?.kind;
    let to = from;
    while (to < lines.length && lines[to]?.kind === kind) to++;
    const isFirst = from === 0;
    const isLast = to === lines.length;
    const head = kind === "same" ? (isFirst ? 0 : CONTEXT) : MOST_SHOWN;
    const tail = kind === "same" ? (isLast ? 0 : CONTEXT) : 0;
    folded.push(...shortened(lines.slice(from, to), head, tail));
    from = to;
  }
  return folded;
}

function shortened(lines: readonly DiffLine[], head: number, tail: number): readonly (DiffLine | FoldedLines)[] {
  const count = lines.length - head - tail;
  // A line in the place of one line would save nothing.
  if (count <= 1) return lines;
  return [...lines.slice(0, head), { kind: "folded", count }, ...lines.slice(lines.length - tail)];
}

/** The longest common subsequence keeps its lines; everything else was removed from `before` or added in `after`. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const old = before.split("\n");
  const now = after.split("\n");
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  return [
    ...old.slice(0, head).map((text) => line("same", text)),
    ...diffMiddle(old.slice(head, old.length - tail), now.slice(head, now.length - tail)),
    ...old.slice(old.length - tail).map((text) => line("same", text)),
  ];
}

function diffMiddle(old: readonly string[], now: readonly string[]): DiffLine[] {
  if (old.length > MOST_LINES || now.length > MOST_LINES)
    return [...old.map((text) => line("removed", text)), ...now.map((text) => line("added", text))];
  const width = now.length + 1;
  const common = commonLengths(old, now);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length && j < now.length) {
    if (old[i] === now[j]) {
      lines.push(line("same", old[i] ?? ""));
      i++;
      j++;
    } else if ((common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
      lines.push(line("removed", old[i++] ?? ""));
    else lines.push(line("added", now[j++] ?? ""));
  }
  return [
    ...lines,
    ...old.slice(i).map((text) => line("removed", text)),
    ...now.slice(j).map((text) => line("added", text)),
  ];
}

/** At `i * width + j`: how many lines `old` from i on and `now` from j on have in common, in order. */
function commonLengths(old: readonly string[], now: readonly string[]): Uint16Array {
  const width = now.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        old[i] === now[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  return lengths;
}

function line(kind: DiffLine["kind"], text: string): DiffLine {
  return { kind, text };
}
