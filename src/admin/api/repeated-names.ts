/**
 * Whether an object of a JSON text has a name more than once. Of such members the last one counts (as for `JSON.parse`), and
 * the values before it are in the text alone: who hides a field by its path in the value does not find them.
 */
import type { JsonValue } from "../../base/index.ts";

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** @param value what parsing `json` gave */
export function hasRepeatedNames(json: string, value: JsonValue): boolean {
  return membersOf(json) > membersIn(value);
}

/** Members of objects as they are written: each has one colon outside of texts. */
function membersOf(json: string): number {
  let count = 0;
  let isInText = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) isInText = !isInText;
    else if (code === BACKSLASH) at += 1;
    else if (code === COLON && !isInText) count += 1;
  }
  return count;
}

function membersIn(value: JsonValue): number {
  let count = 0;
  const open: JsonValue[] = [value];
  for (let made = open.pop(); made !== undefined; made = open.pop()) {
    if (typeof made !== "object" || made === null) continue;
    const items = Object.values(made as Readonly<Record<string, JsonValue>>);
    if (!Array.isArray(made)) count += items.length;
    for (const item of items) if (typeof item === "object") open.push(item);
  }
  return count;
}
