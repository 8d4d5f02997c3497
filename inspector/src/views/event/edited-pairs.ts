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

type Place = "headers" | "query";

export function pairsOf(place: Place, fields: readonly FieldValue[]): readonly Pair[] {
  return fields
    .map((field, key) => ({ key, name: field.name, value: field.masked ? null : field.value }))
    .filter(({ name }) => place === "query" || !OF_CONNECTION.has(name));
}

/** One more, empty, at the end. */
export function withOneMore(pairs: readonly Pair[]): readonly Pair[] {
  return [...pairs, { key: Math.max(-1, ...pairs.map(({ key }) => key)) + 1, name: "", value: "" }];
}

/** What the API is asked for: nothing where nothing was changed; pairs without a name are none. */
export function changedPairs<Name extends Place>(
  name: Name,
  fields: readonly FieldValue[],
  pairs: readonly Pair[],
): { readonly [K in Name]?: [string, string | null][] } {
  const asked = named(pairs);
  const isSame = JSON.stringify(asked) === JSON.stringify(named(pairsOf(name, fields)));
  return (isSame ? {} : { [name]: asked }) as { readonly [K in Name]?: [string, string | null][] };
}

function named(pairs: readonly Pair[]): [string, string | null][] {
  return pairs.flatMap(({ name, value }) => (name.trim() === "" ? [] : [[name.trim(), value]]));
}
