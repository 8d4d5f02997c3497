import type { ConfigFault } from "./node-type.ts";
import { nearest } from "../base/index.ts";

/** Comments and plain strings are skipped; an interpolated string is not, because it may hold the name. */
const SKIPPED = String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;

/** So many are told at once: looking for the place of each takes a pass over the script. */
const MAX_TOLD = 50;

/** Faults for names that a script expects but that nothing gives it. */
export function unknownNames(
  text: string,
  wanted: Iterable<string>,
  known: ReadonlySet<string>,
): readonly Omit<ConfigFault, "path">[] {
  return [...wanted]
    .filter((name) => !known.has(name))
    .slice(0, MAX_TOLD)
    .map((name) => {
      const similar = nearest(name, known);
      const list = `Declare it with \`let\`, or use one of: ${[...known].join(", ")}.`;
      return {
        level: "error",
        code: "unknown-name",
        message: `There is no \`${name}\` in this flow or script.`,
        hint: similar === undefined ? list : `Did you mean \`${similar}\`?`,
        range: rangeOf(name, text),
      };
    });
}

/** Where a variable of that name stands first: behind a single dot it is a property's, before a colon a key's. */
function rangeOf(name: string, text: string): { start: number; end: number } {
  const pattern = new RegExp(`${SKIPPED}|(?<!\\w|(?<!\\.)\\.)${name}(?!\\w|\\s*:)`, "g");
  for (const { 0: found, index } of text.matchAll(pattern))
    if (found === name) return { start: index, end: index + name.length };
  return { start: 0, end: text.length };
}
