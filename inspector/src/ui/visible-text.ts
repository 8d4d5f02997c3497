/**
 * Text of strangers, shown so that it is what it looks like. Characters that are seen by nobody or that turn the reading
 * order around (Unicode's bidirectional controls, UAX #9, as in "Trojan Source", CVE-2021-42574) are written as JSON
 * writes them: `\u202e`. Line feeds and tabs stay. Pure.
 */
// The joiners U+200C and U+200D stay: emoji and several scripts are written with them.
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

export function visibleText(text: string): string {
  return text.replaceAll(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
