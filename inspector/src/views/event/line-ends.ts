/**
 * Line ends of a body that is edited in a text field. Whatever is put into one, it gives back line feeds alone (HTML Standard,
 * 4.10.11, "API value"): multipart bodies, and formats whose lines end with a carriage return, would be others after the
 * first letter that is typed. Pure.
 */
const LINE_END = /\r\n?|\n/;

/** What was typed, with the line ends of what was there: those that were not touched stay, new ones are like the first. */
export function withLineEnds(original: string, typed: string): string {
  if (typed === original || !original.includes("\r")) return typed;
  const shown = shownOf(original);
  if (typed === shown) return original;
  const most = Math.min(shown.length, typed.length);
  let head = 0;
  while (head < most && shown[head] === typed[head]) head++;
  let tail = 0;
  while (tail < most - head && shown.at(-1 - tail) === typed.at(-1 - tail)) tail++;
  const [lineEnd = "\n"] = LINE_END.exec(original) ?? [];
  const between = typed.slice(head, typed.length - tail).replaceAll("\n", lineEnd);
  const start = original.slice(0, placeIn(original, head));
  const edited = start + between + original.slice(placeIn(original, shown.length - tail));
  // Where ends of several sorts are mixed, two that come to stand together may read as one.
  return shownOf(edited) === typed ? edited : typed.replaceAll("\n", lineEnd);
}

/** As a text field gives it back. */
function shownOf(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n");
}

/** Where a place of the text stands whose line ends are one character each. */
function placeIn(original: string, place: number): number {
  let at = 0;
  for (let passed = 0; passed < place; passed++) at += original.startsWith("\r\n", at) ? 2 : 1;
  return at;
}
