/** URL-encoded forms: an object; a name that comes more than once becomes a list. */
import { parseUrlEncoded, stringifyJson, type JsonValue } from "../base/index.ts";
import { isJson } from "./json-check.ts";

const MAX_FIELDS = 10_000;

/**
 * Decodes a form into JSON. GitHub and others send the JSON in one field named `payload`: then that JSON is the payload, as
 * it was sent. Undefined when it has too many fields: some of them alone would be another payload than what was sent.
 * `charset`: as for `parseUrlEncoded`.
 */
export function decodeForm(text: string, charset?: (bytes: Uint8Array) => string): string | undefined {
  const pairs = parseUrlEncoded(text, MAX_FIELDS, charset);
  if (pairs === undefined) return undefined;
  const fields: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  for (const [name, value] of pairs) addField(fields, name, value);
  const wrapped = pairs.length === 1 ? fields["payload"] : undefined;
  if (typeof wrapped === "string" && /^[ \t\r\n]*[[{]/.test(wrapped) && isJson(Buffer.from(wrapped))) return wrapped;
  return stringifyJson({ ...fields });
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
