/** Headers and parameters of the query while they are edited. Pure. */
import type { FieldValue } from "../../../../src/admin/contract/index.ts";

export interface Pair {
  /** Tells it from others of the same name. */
  readonly key: number;
  readonly name: string;
  /** Null: the event's own value, which is masked here. */
  readonly value: string | null;
  /** Of several of one name, which of them it is, from 0. */
  readonly which?: number;
}

type AskedPair = [name: string, value: string | null, which?: number];

/** They belong to the connection that brought the event; a copy has none of them, whatever is asked for. */
const OF_CONNECTION: ReadonlySet<string> = new Set(["host", "connection", "content-length", "transfer-encoding"]);

type Place = "headers" | "query";

export function pairsOf(place: Place, fields: readonly FieldValue[]): readonly Pair[] {
  return fields
    .map((field, key) => ({ key, name: field.name, value: field.masked ? null : field.value, ...placeOf(fields, key) }))
    .filter(({ name }) => place === "query" || !OF_CONNECTION.has(name));
}

function placeOf(fields: readonly FieldValue[], at: number): Pick<Pair, "which"> {
  const places = fields.flatMap(({ name }, place) => (name === fields[at]?.name ? [place] : []));
  return places.length > 1 ? { which: places.indexOf(at) } : {};
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
): { readonly [K in Name]?: AskedPair[] } {
  const asked = named(pairs);
  const isSame = JSON.stringify(asked) === JSON.stringify(named(pairsOf(name, fields)));
  return (isSame ? {} : { [name]: asked }) as { readonly [K in Name]?: AskedPair[] };
}

function named(pairs: readonly Pair[]): AskedPair[] {
  return pairs.flatMap(({ name, value, which }): AskedPair[] => {
    if (name.trim() === "") return [];
    return value === null && which !== undefined ? [[name.trim(), null, which]] : [[name.trim(), value]];
  });
}
