/**
 * JSON and forms that a sender wrote, as far as a scheme looks at them, on the thread that answers everyone: 25 MiB of tiny
 * values take a parser ten seconds, and before anything is verified anybody can send them. So texts with more values than
 * any provider signs are not parsed.
 */
import { parseUrlEncoded, type UrlEncodedField } from "../base/index.ts";

/**
 * More parameters than any provider sends. A form with more is not read at all, so that it cannot be a burden; of its first
 * ones alone, a signature over sorted fields would leave the others to whoever adds them.
 */
const MAX_FORM_FIELDS = 1000;
/**
 * What stands in the body must be read before it is verified where the signature itself is one of its fields. A thousand
 * notifications of Microsoft Graph are 20,000 values. So many of the worst kind, fields of one object that are all named
 * differently, take a parser 20 ms; twenty times as many took two seconds.
 */
export const MAX_UNVERIFIED_VALUES = 25_000;
/** A body with its signature among its fields is no longer than this: to look at 25 MiB takes a fifth of a second. */
export const MAX_UNVERIFIED_BYTES = 8 * 1024 * 1024;
/** So many values of a known sender take half a second. */
const MAX_JSON_VALUES = 500_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export type FormFields = readonly UrlEncodedField[];

/**
 * `undefined` when the text is not JSON, or has more values than are looked at.
 * @param maxValues fewer for a text of which nobody knows yet who sent it
 */
export function parseJson(text: string | undefined, maxValues = MAX_JSON_VALUES): unknown {
  if (text === undefined || hasMoreValues(text, maxValues)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The fields of a form or a query in their order; `undefined` when it has more than are looked at. */
export function parseForm(text: string): FormFields | undefined {
  return parseUrlEncoded(text, MAX_FORM_FIELDS);
}

/** Whether JSON has more values than `limit`: a comma or a bracket stands before every one. */
export function hasMoreValues(text: string, limit: number): boolean {
  // Each value takes two characters at least.
  if (text.length <= 2 * limit) return false;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if ((unit === COMMA || unit === OPEN_LIST || unit === OPEN_OBJECT) && ++values > limit) return true;
  }
  return false;
}

/** How deep JSON nests, and how many steps of indentation it takes to write it with one line for each value. */
export function jsonShape(text: string): { readonly depth: number; readonly indents: number } {
  let deepest = 0;
  let depth = 0;
  let indents = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if (unit === OPEN_LIST || unit === OPEN_OBJECT) indents += ++depth;
    else if (unit === CLOSE_LIST || unit === CLOSE_OBJECT) indents += --depth;
    else if (unit === COMMA) indents += depth;
    if (depth > deepest) deepest = depth;
  }
  return { depth: deepest, indents };
}

/** Where the string ends that begins at a quote; the text's end where it does not end. */
function endOfString(text: string, quote: number): number {
  for (let end = text.indexOf('"', quote + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}
