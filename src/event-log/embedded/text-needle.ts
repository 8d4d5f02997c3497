/**
 * A text that is looked for in the journal's bytes. They are read as Latin-1, which costs a copy and no decoding, and
 * searched by one regular expression over the text's UTF-8 bytes as they may stand in a body or in a record's meta:
 * as they are, as JSON escapes them, and as forms and URLs do. What that finds is a candidate: `TextMatch` decides.
 */

/** Characters that neither JSON nor a form nor a URL writes in another way. */
const PLAIN = /[\w.-]/;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t" };

/** Finds candidates; global, so that `lastIndex` says where to go on. */
export function bytesPattern(text: string): RegExp {
  return new RegExp(Array.from(text, formsOf).join(""), "gi");
}

function formsOf(char: string): string {
  if (PLAIN.test(char)) return escaped(char);
  const forms = [char, char.toLowerCase(), char.toUpperCase()].flatMap((each) => [
    escaped(Buffer.from(each, "utf8").toString("latin1")),
    escaped(jsonEscape(each)),
    escaped(percents(each)),
  ]);
  const short = SHORT_ESCAPES[char] ?? (/["\\/]/.test(char) ? char : undefined);
  if (short !== undefined) forms.push(escaped(`\\${short}`));
  if (char === " ") forms.push(escaped("+"));
  // The longer ones first: `\\` must not be taken for the start of its own escape.
  return `(?:${[...new Set(forms)].sort((a, b) => b.length - a.length).join("|")})`;
}

/** `\u00fc`; a character beyond the first 65,536 is two of them. */
function jsonEscape(text: string): string {
  return Array.from({ length: text.length }, (_, at) => {
    return `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`;
  }).join("");
}

function percents(text: string): string {
  return [...Buffer.from(text, "utf8")].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}
