/**
 * Text of others, for a terminal. A terminal obeys control characters: whoever writes a header, a file or its name could
 * move the cursor over what was said, hide a line, or set the title and the clipboard. So each of them is shown as JSON
 * would write it (`\u001b`), and so are the marks that turn the direction of reading and halves of surrogate pairs.
 *
 * Invariants:
 * 1. What comes out holds no such character; line breaks stay only in `visibleLines`.
 * 2. A text without one comes out as it is.
 */

/** U+2028 and U+2029 break lines in some terminals; U+FEFF is not seen at all. */
const HIDDEN = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;
/** Of these, what JSON lets stand in a string: RFC 8259 asks for an escape below U+0020 alone. */
const LEFT_BY_JSON = /[\u007f-\u009f\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;
const SHORT: Readonly<Record<string, string>> = { "\n": String.raw`\n`, "\r": String.raw`\r`, "\t": String.raw`\t` };

/** A text on one line. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (char) => SHORT[char] ?? escaped(char));
}

/** A text whose line breaks are meant. */
export function visibleLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => visible(line))
    .join("\n");
}

/** The same JSON, with escapes where JSON lets the character itself stand. What stands between values stays. */
export function visibleJson(json: string): string {
  return json.replace(LEFT_BY_JSON, escaped);
}

function escaped(char: string): string {
  return String.raw`\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const NO_CELL = /^[\p{Mn}\p{Me}\u200b-\u200d\u2060]$/u;
const TWO_CELLS =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;

/** How many cells of a terminal a visible text takes (after Unicode's UAX #11). */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const char of text) cells += TWO_CELLS.test(char) ? 2 : NO_CELL.test(char) ? 0 : 1;
  return cells;
}
