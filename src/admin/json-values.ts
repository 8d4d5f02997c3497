/** Small values in the JSON of the admin port. */
import { parseJson, type JsonValue } from "../base/index.ts";

export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

export function timeOrNull(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : isoTime(timeMs);
}

/** The value of a JSON text; a text that is none stands for itself. */
export function jsonOr(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
