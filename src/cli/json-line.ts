import { visibleJson } from "../text/index.ts";

/** A value as one line of JSON, without a character that a terminal would obey. */
export function jsonLine(value: unknown): string {
  return `${visibleJson(JSON.stringify(value))}\n`;
}
