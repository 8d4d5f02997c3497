/** Making and taking apart Rhai values from outside, without knowing their classes. */
import { RhaiArray, RhaiBlob, RhaiMap } from "./containers.ts";
import { char, int, RhaiChar, RhaiFloat, RhaiFn, RhaiItems, RhaiRange, type RhaiValue } from "./values.ts";

type Integer = number | bigint;

export interface ValueCases<R> {
  unit(): R;
  bool(value: boolean): R;
  int(value: Integer): R;
  float(value: number): R;
  string(value: string): R;
  char(value: string): R;
  array(items: readonly RhaiValue[]): R;
  map(entries: ReadonlyMap<string, RhaiValue>): R;
  blob(bytes: Uint8Array): R;
  range(value: { readonly from: Integer; readonly to: Integer; readonly inclusive: boolean }): R;
  fn(name: string): R;
  timestamp(ms: number): R;
  /** What only a loop can use. */
  items(each: () => Iterable<RhaiValue>): R;
}

export const rhaiValues = {
  int,
  char,
  float: (value: number): RhaiValue => new RhaiFloat(value),
  array: (items: RhaiValue[]): RhaiValue => new RhaiArray(items),
  map: (entries: Iterable<readonly [string, RhaiValue]>): RhaiValue => new RhaiMap(new Map(entries)),
  blob: (bytes: Uint8Array): RhaiValue => new RhaiBlob(bytes),
  range: (from: Integer, to: Integer, inclusive: boolean): RhaiValue => new RhaiRange(from, to, inclusive),
  match,
};

function match<R>(value: RhaiValue, cases: ValueCases<R>): R {
  if (value === null) return cases.unit();
  if (typeof value === "boolean") return cases.bool(value);
  if (typeof value === "string") return cases.string(value);
  if (typeof value !== "object") return cases.int(value);
  if (value instanceof RhaiFloat) return cases.float(value.value);
  if (value instanceof RhaiChar) return cases.char(value.text);
  if (value instanceof RhaiArray) return cases.array(value.items);
  if (value instanceof RhaiMap) return cases.map(value.entries);
  if (value instanceof RhaiBlob) return cases.blob(value.bytes);
  if (value instanceof RhaiRange) return cases.range(value);
  if (value instanceof RhaiItems) return cases.items(value.each);
  return value instanceof RhaiFn ? cases.fn(value.name) : cases.timestamp(value.ms);
}
