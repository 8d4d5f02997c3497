/** About as many characters make a part: a few screens full, laid out in a few milliseconds. */
const PART = 16_384;

/** A text in parts, cut behind line ends where there are any near. Together they are the text. Pure. */
export function splitText(text: string): readonly string[] {
  const parts: string[] = [];
  for (let from = 0; from < text.length;) {
    const to = from + PART;
    const lineEnd = text.lastIndexOf("\n", to) + 1;
    const cut = to >= text.length ? text.length : lineEnd > from ? lineEnd : to;
    parts.push(text.slice(from, cut));
    from = cut;
  }
  return parts;
}
