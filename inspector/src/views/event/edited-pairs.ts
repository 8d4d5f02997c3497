/** Headers and parameters of the query while they are edited. Pure. */
import type { FieldValue } from "../../../../src/admin/contract/index.ts";

export interface Pair {
  /** Tells it from others of the same name. */
  readonly key: number;
  readonly name: string;
  /** Null: the event's own value, which is masked here. */
  readonly value: string | null;
}

/** They belong to the connection that brought the event; a copy has none of them, whatever is asked for. */
const OF_CONNECTION: ReadonlySet<string> = new Set(["host", "connection", "content-length", "transfer-encoding"]);

export function pairsOf(fields: readonly FieldValue[]): readonly Pair[] {
  return fields
    .map((field, key) => ({ key, name: field.name, value: field.masked ? null : field.value }))
    .filter(({ name }) => !OF_CONNECTION.has(name));
}

/** One more, empty, at the end. */
export function withOneMore(pairs: readonly Pair[]): readonly Pair[] {
  return [...pairs, { key: Math.max(-1, ...pairs.map(({ key }) => key)) + 1, name: "", value: "" }];
}

/** What the API is asked for: nothing where nothing was changed; pairs without a name are none. */
export function changedPairs<Name extends "headers" | "query">(
  name: Name,
  fields: readonly FieldValue[],
  pairs: readonly Pair[],
): { readonly [K in Name]?: [string, string | null][] } {
  const asked = pairs.filter(({ name: own }) => own.trim() !== "").map(asTuple);
  const isSame = JSON.stringify(asked) === JSON.stringify(pairsOf(fields).map(asTuple));
  return (isSame ? {} : { [name]: asked }) as { readonly [K in Name]?: [string, string | null][] };
}

function asTuple({ name, value }: Pair): [string, string | null] {
  return [name.trim(), value];
}
