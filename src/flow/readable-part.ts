/** What can still be read of a mapping with faults, so that one fault hides no other. */
import type { z } from "zod";
import type { JsonObject, JsonValue } from "../base/index.ts";
import type { ValuePath } from "./yaml-file.ts";

/** What is right of a mapping that has faults. */
export interface ReadablePart {
  readonly value: JsonObject;
  /** Where items of its lists stand in the file, for lists that had faulty items. */
  readonly places: ReadonlyMap<string, readonly number[]>;
}

/** Of a mapping without faults: all of it. */
export function wholeOf(value: JsonValue): ReadablePart | undefined {
  return isObject(value) ? { value, places: new Map() } : undefined;
}

/** Leaves out faulty keys, and of lists their faulty items: a fault in one condition hides none in the others. */
export function readablePart(schema: z.ZodType, value: JsonValue): ReadablePart | undefined {
  const result = schema.safeParse(value);
  if (result.success || !isObject(value)) return undefined;
  const keys = new Set<string>();
  const items = new Map<string, Set<number>>();
  for (const issue of result.error.issues) {
    const [key, index] = issue.path;
    if (issue.code === "unrecognized_keys" && key === undefined) for (const name of issue.keys) keys.add(name);
    else if (typeof index === "number") items.set(String(key), (items.get(String(key)) ?? new Set()).add(index));
    else keys.add(String(key));
  }
  const places = new Map<string, readonly number[]>();
  const entries = Object.entries(value).flatMap(([key, item]): readonly (readonly [string, JsonValue])[] => {
    if (keys.has(key)) return [];
    const faulty = items.get(key);
    if (faulty === undefined) return [[key, item]];
    const list = listOf(item);
    const kept = [...list.keys()].filter((at) => !faulty.has(at));
    places.set(key, kept);
    return [[key, kept.map((at) => list[at] ?? null)]];
  });
  const part = Object.fromEntries(entries);
  return schema.safeParse(part).success ? { value: part, places } : undefined;
}

/** The place in the file of a path in the readable part. */
export function placeIn({ places }: ReadablePart, path: ValuePath): ValuePath {
  const [key, index, ...rest] = path;
  const at = typeof index === "number" ? places.get(String(key))?.[index] : undefined;
  return key === undefined || at === undefined ? path : [key, at, ...rest];
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
