/** URL-encoded forms: an object; a name that comes more than once becomes a list. */
import { parseJson, type JsonValue } from "../base/index.ts";
import { nestsTooDeep } from "./json-check.ts";

const MAX_FIELDS = 10_000;

/** Decodes a form. GitHub and others send the JSON in one field named `payload`: then that JSON is the payload. */
export function decodeForm(text: string): JsonValue {
  const fields: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++count > MAX_FIELDS) break;
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
  const next = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
  Object.defineProperty(fields, name, { value: next, enumerable: true, configurable: true, writable: true });
}
