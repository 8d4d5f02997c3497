/** The notation of the provider table for a value that may stand in several places: `header:A | json:b + json:c`. */
import type { RequestView } from "./request-view.ts";
import { compileSource, shortened, type FoundValue, type Settings } from "./source.ts";

/**
 * A reader for the first alternative (` | `) that is there; the parts of one (` + `) are joined with a dot. The value is
 * one to keep: a long one is shortened.
 * @throws SyntaxError when a part is no source
 */
export function compileExpression(text: string, settings: Settings): (view: RequestView) => FoundValue | undefined {
  const alternatives = text.split(" | ").map((source) => {
    const readers = source.split(" + ").map((part) => {
      const reader = compileSource(part, settings);
      if (reader === undefined) throw new SyntaxError(`${JSON.stringify(part)} is no source of a value`);
      return reader;
    });
    return { source, readers };
  });
  return (view) => {
    for (const { source, readers } of alternatives) {
      const parts = readers.map((read) => read(view));
      const present = parts.filter((part) => part !== undefined && part !== "");
      if (parts[0] !== undefined && parts[0] !== "") return { value: shortened(present.join(".")), source };
    }
    return undefined;
  };
}
