/** URL-encoded forms: an object; a name that comes more than once becomes a list. */
import { stringifyJson, type JsonValue } from "../base/index.ts";
import { isJson } from "./json-check.ts";

const MAX_FIELDS = 10_000;

/**
 * Decodes a form into JSON. GitHub and others send the JSON in one field named `payload`: then that JSON is the payload, as
 * it was sent. Undefined when it has too many fields: some of them alone would be another payload than what was sent.
 */
export function decodeForm(text: string): string | undefined {
  // First, as reading makes all of them at once: millions would be more than the thread's memory.
  if (hasTooManyFields(text)) return undefined;
  const fields: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    addField(fields, name, value);
  }
  const wrapped = count === 1 ? fields["payload"] : undefined;
  if (typeof wrapped === "string" && /^[ \t\r\n]*[[{]/.test(wrapped) && isJson(Buffer.from(wrapped))) return wrapped;
  return stringifyJson({ ...fields });
}

function hasTooManyFields(text: string): boolean {
  let count = 0;
  for (let from = 0; from < text.length;) {
    const mark = text.indexOf("&", from);
    const end = mark === -1 ? text.length : mark;
    if (end > from && ++count > MAX_FIELDS) return true;
    from = end + 1;
  }
  return false;
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
