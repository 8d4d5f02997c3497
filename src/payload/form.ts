/** URL-encoded forms: an object; a name that comes more than once becomes a list. */
import { parseJson, type JsonValue } from "../base/index.ts";
import { nestsTooDeep } from "./json-check.ts";

const MAX_FIELDS = 10_000;

/**
 * Decodes a form. GitHub and others send the JSON in one field named `payload`: then that JSON is the payload. Undefined
 * when it has too many fields: some of them alone would be another payload than what was sent.
 */
export function decodeForm(text: string): JsonValue | undefined {
  const fields: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++count > MAX_FIELDS) return undefined;
    addField(fields, name, value);
  }
  const wrapped = count === 1 ? fields["payload"] : undefined;
  if (typeof wrapped === "string" && /^\s*[[{]/.test(wrapped) && !nestsTooDeep(wrapped)) {
    try {
      return parseJson(wrapped);
    } catch {
      // Not JSON after all: an ordinary field with that name.
    }
  }
  return { ...fields };
}

/** Adds a value under a name; `__proto__` is a name like any other. */
export function addField(fields: Record<string, JsonValue>, name: string, value: string): void {
  const before = fields[name];
  if (Array.isArray(before)) {
    // The list is our own: a copy for each value of a long one would be slow.
    (before as JsonValue[]).push(value);
    return;
  }
  const next = before === undefined ? value : [before, value];
  Object.defineProperty(fields, name, { value: next, enumerable: true, configurable: true, writable: true });
}
