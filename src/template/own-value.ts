import type { JsonValue } from "../base/index.ts";

/** Reads an own key of a value; a prototype is never reached. */
export function ownValue(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (value === null || value === undefined || !Object.hasOwn(Object(value) as object, key)) return undefined;
  return (value as Readonly<Record<string, JsonValue>>)[key];
}
