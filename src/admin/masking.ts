/**
 * What an operator does not see until asked for: credentials in headers and in the query, and fields of the payload that
 * the configuration names. What is masked is replaced by its length, in every answer of the API.
 */
import { parseJsonPath, queryFields, stringifyJson, type JsonValue } from "../base/index.ts";
import type { HeaderList } from "../event/index.ts";

/** Always masked, whatever provider sends: credentials and cookies. */
const HEADERS = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "api-key",
  "x-hook-secret",
]);
const QUERY = /^(?:.*(?:token|secret|password|signature|sig|api_?key|jwt)|key)$/i;
const SIGNATURE = /signature|(?:^|-)(?:sig|hmac|digest|token|secret)(?:-|$)/;

export interface MaskRules {
  /** Lower-case names of headers that carry a signature or token of a source in use. */
  readonly signatureHeaders: ReadonlySet<string>;
  /** Paths such as `$.card.number` or `$.items[*].email`. */
  readonly paths: readonly string[];
}

export type Field =
  | { readonly name: string; readonly masked: false; readonly value: string }
  | { readonly name: string; readonly masked: true; readonly length: number };

/** Headers as they are shown. */
export function maskHeaders(headers: HeaderList, { signatureHeaders }: MaskRules): Field[] {
  return headers.map(([name, value]) => {
    const isSensitive = HEADERS.has(name) || signatureHeaders.has(name) || SIGNATURE.test(name);
    return field(name, value, isSensitive);
  });
}

/** The parameters of a target as they are shown. */
export function maskQuery(target: string): Field[] {
  return queryFields(target).map(([name, value]) => field(name, value, QUERY.test(name)));
}

/** The target with masked parameters blotted out. */
export function maskTarget(target: string): string {
  const fields = maskQuery(target);
  if (fields.every(({ masked }) => !masked)) return target;
  const pairs = fields.map(
    (item) => `${encodeURIComponent(item.name)}=${item.masked ? "•••" : encodeURIComponent(item.value)}`,
  );
  return `${target.slice(0, target.indexOf("?"))}?${pairs.join("&")}`;
}

function field(name: string, value: string, isSensitive: boolean): Field {
  return isSensitive ? { name, masked: true, length: value.length } : { name, masked: false, value };
}

export const BLOT = "•••";

/** The payload with the values at these paths blotted out, and the paths at which something was. */
export function maskPayload(
  payload: JsonValue,
  paths: readonly string[],
): { readonly payload: JsonValue; readonly masked: readonly string[] } {
  let masked = payload;
  const found: string[] = [];
  for (const path of paths) {
    const steps = parseJsonPath(path);
    const hits = { count: 0 };
    if (steps !== undefined) masked = blotted(masked, steps, hits);
    if (hits.count > 0) found.push(path);
  }
  return { payload: masked, masked: found };
}

/** The value at a path, as text; undefined when there is none. A path with `*` gives the list of all it finds. */
export function valueAt(payload: JsonValue, path: string): string | undefined {
  const values = valuesOf(payload, path);
  if (values.length === 0) return undefined;
  const value = values.length === 1 ? values[0] : values;
  return typeof value === "string" ? value : stringifyJson(value ?? null);
}

/** All values at a path; none where it is no path. */
export function valuesOf(payload: JsonValue, path: string): readonly JsonValue[] {
  const steps = parseJsonPath(path);
  return steps === undefined ? [] : valuesAt(payload, steps);
}

function blotted(value: JsonValue, [step, ...rest]: readonly string[], hits: { count: number }): JsonValue {
  if (step === undefined) {
    hits.count += 1;
    return BLOT;
  }
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map((item, index) =>
      step === "*" || step === String(index) ? blotted(item, rest, hits) : item,
    );
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, step === "*" || step === key ? blotted(item, rest, hits) : item]),
  );
}

function valuesAt(value: JsonValue, [step, ...rest]: readonly string[]): JsonValue[] {
  if (step === undefined) return [value];
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value as Readonly<Record<string, JsonValue>>);
  return entries.flatMap(([key, item]) => (step === "*" || step === key ? valuesAt(item, rest) : []));
}
