/** BLOBs: arrays of bytes, and numbers and texts inside them. */
import { position } from "../access.ts";
import { type Integer } from "../arithmetic.ts";
import { RhaiError } from "../errors.ts";
import { native, type Native, type NativeCall, type NativeOptions } from "../natives.ts";
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { RhaiArray, RhaiBlob } from "../containers.ts";
import { int, RhaiFloat, type RhaiChar, type RhaiValue } from "../values.ts";
import { bounds, insertion, onPart, type Part } from "./parts.ts";

const PROPERTY: NativeOptions = { property: true };
const CHANGES: NativeOptions = { effect: "changes" };
const BY_REF: NativeOptions = { effect: "by-ref" };
const WORD_BYTES = 8;

function byte(value: Integer): number {
  return Number(BigInt.asUintN(8, BigInt(value)));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

type NextBytes<A> = (args: A, runtime: Runtime, at: number) => Uint8Array;

/** A function that gives the blob other bytes. */
function change<A extends readonly [RhaiBlob, ...RhaiValue[]] = readonly [RhaiBlob]>(
  signature: string,
  next: NextBytes<A>,
): Native {
  const call: NativeCall<A> = (args, runtime, at) => {
    runtime.renewBytes(args[0], next(args, runtime, at), at);
    return null;
  };
  return native<A>(signature, call, CHANGES);
}

const NOT_ASCII = /[^\u0000-\u007f]+/g;

function filled(size: Integer, fill: number, runtime: Runtime, at: number): Uint8Array {
  const length = Math.max(0, Number(size));
  const { maxArraySize } = runtime.options;
  if ((maxArraySize > 0 && length > maxArraySize) || length > 2 ** 31)
    throw new RhaiError("ErrorDataTooLarge", "Size of array/BLOB too large", at);
  return new Uint8Array(length).fill(fill);
}

function made(bytes: Uint8Array, runtime: Runtime, at: number): RhaiBlob {
  runtime.madeBytes(bytes.length, at);
  return new RhaiBlob(bytes);
}

/** At most eight bytes as an integer; missing ones, at the end, are zero. */
function readInt(blob: RhaiBlob, part: Part, isLittle: boolean): RhaiValue {
  const { start, count } = bounds(part, blob.bytes.length);
  const bytes = blob.bytes.slice(start, start + Math.min(count, WORD_BYTES));
  const word = new Uint8Array(WORD_BYTES);
  word.set(bytes);
  return int(new DataView(word.buffer).getBigInt64(0, isLittle));
}

function readFloat(blob: RhaiBlob, part: Part, isLittle: boolean): RhaiValue {
  const { start, count } = bounds(part, blob.bytes.length);
  const word = new Uint8Array(WORD_BYTES);
  word.set(blob.bytes.slice(start, start + Math.min(count, WORD_BYTES)));
  return new RhaiFloat(new DataView(word.buffer).getFloat64(0, isLittle));
}

function wordOf(value: RhaiValue, isLittle: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(WORD_BYTES));
  if (value instanceof RhaiFloat) view.setFloat64(0, value.value, isLittle);
  else view.setBigInt64(0, BigInt(value as Integer), isLittle);
  return new Uint8Array(view.buffer);
}

/** Writes as many bytes as fit into the part: the low ones of a little-endian word, the high ones of a big-endian one. */
function write(blob: RhaiBlob, part: Part, bytes: Uint8Array, runtime: Runtime, at: number): RhaiValue {
  const { start, count } = bounds(part, blob.bytes.length);
  runtime.ownBytes(blob, at).set(bytes.subarray(0, count), start);
  return null;
}

/** Takes a part out of a blob. */
function cut(blob: RhaiBlob, start: number, count: number, runtime: Runtime, at: number): RhaiBlob {
  const taken = blob.bytes.slice(start, start + count);
  runtime.renewBytes(blob, joined(blob.bytes.subarray(0, start), blob.bytes.subarray(start + count)), at);
  return made(taken, runtime, at);
}

/** Takes one byte out of a blob; 0 where there is none. */
function cutOne(blob: RhaiBlob, index: number, runtime: Runtime, at: number): RhaiValue {
  return cut(blob, index, 1, runtime, at).bytes[0] ?? 0;
}

const READING: readonly Native[] = [
  native("blob", () => new RhaiBlob(new Uint8Array())),
  native<[Integer]>("blob int", ([size], runtime, at) => made(filled(size, 0, runtime, at), runtime, at)),
  native<[Integer, Integer]>("blob int int", ([size, fill], runtime, at) =>
    made(filled(size, byte(fill), runtime, at), runtime, at),
  ),
  native<[RhaiBlob]>("to_array blob", ([blob]) => new RhaiArray(Array.from(blob.bytes))),
  native<[RhaiBlob]>("as_string blob", ([blob]) => new TextDecoder().decode(blob.bytes)),
  native<[RhaiBlob]>("len blob", ([blob]) => blob.bytes.length, PROPERTY),
  native<[RhaiBlob]>("is_empty blob", ([blob]) => blob.bytes.length === 0, PROPERTY),
  native<[RhaiBlob, Integer]>("contains blob int", ([blob, value]) => blob.bytes.includes(byte(value))),
  native<[RhaiBlob, Integer]>(
    "get blob int",
    ([blob, index]) => blob.bytes[position(index, blob.bytes.length) ?? -1] ?? 0,
  ),
  native<[RhaiBlob, RhaiBlob]>("== blob blob", ([left, right], runtime, at) => runtime.same(left, right, at)),
  ...onPart<RhaiBlob>("extract blob", "", true, BY_REF, (blob, part, _rest, runtime, at) => {
    const { start, count } = bounds(part, blob.bytes.length);
    return made(blob.bytes.slice(start, start + count), runtime, at);
  }),
  ...onPart<RhaiBlob>("parse_le_int blob", "", false, {}, (blob, part) => readInt(blob, part, true)),
  ...onPart<RhaiBlob>("parse_be_int blob", "", false, {}, (blob, part) => readInt(blob, part, false)),
  ...onPart<RhaiBlob>("parse_le_float blob", "", false, {}, (blob, part) => readFloat(blob, part, true)),
  ...onPart<RhaiBlob>("parse_be_float blob", "", false, {}, (blob, part) => readFloat(blob, part, false)),
];

const CHANGING: readonly Native[] = [
  native<[RhaiBlob, Integer, Integer]>(
    "set blob int int",
    ([blob, index, value], runtime, at) => {
      const found = position(index, blob.bytes.length);
      if (found !== undefined) runtime.ownBytes(blob, at)[found] = byte(value);
      return null;
    },
    CHANGES,
  ),
  change<[RhaiBlob, Integer]>("push blob int", ([blob, value]) => joined(blob.bytes, Uint8Array.of(byte(value)))),
  change<[RhaiBlob, Integer]>("append blob int", ([blob, value]) => joined(blob.bytes, Uint8Array.of(byte(value)))),
  change<[RhaiBlob, RhaiBlob]>("append blob blob", ([blob, other]) => joined(blob.bytes, other.bytes)),
  change<[RhaiBlob, string]>("append blob string", ([blob, text]) => joined(blob.bytes, Buffer.from(text))),
  change<[RhaiBlob, RhaiChar]>("append blob char", ([blob, value]) => joined(blob.bytes, Buffer.from(value.text))),
  change<[RhaiBlob, Integer, Integer]>("insert blob int int", ([blob, index, value]) => {
    const at = insertion(index, blob.bytes.length);
    return joined(blob.bytes.subarray(0, at), Uint8Array.of(byte(value)), blob.bytes.subarray(at));
  }),
  change<[RhaiBlob, Integer, Integer]>("pad blob int int", ([blob, length, value], runtime, at) =>
    joined(blob.bytes, filled(Number(length) - blob.bytes.length, byte(value), runtime, at)),
  ),
  native<[RhaiBlob]>(
    "pop blob",
    ([blob], runtime, at) => cutOne(blob, Math.max(0, blob.bytes.length - 1), runtime, at),
    CHANGES,
  ),
  native<[RhaiBlob]>("shift blob", ([blob], runtime, at) => cutOne(blob, 0, runtime, at), CHANGES),
  native<[RhaiBlob, Integer]>(
    "remove blob int",
    ([blob, index], runtime, at) => {
      const found = position(index, blob.bytes.length);
      return found === undefined ? 0 : cutOne(blob, found, runtime, at);
    },
    CHANGES,
  ),
  change("clear blob", () => new Uint8Array()),
  change<[RhaiBlob, Integer]>("truncate blob int", ([blob, length]) =>
    blob.bytes.slice(0, Math.max(0, Number(length))),
  ),
  change<[RhaiBlob, Integer]>("chop blob int", ([blob, length]) =>
    blob.bytes.slice(Math.max(0, blob.bytes.length - Math.max(0, Number(length)))),
  ),
  change<[RhaiBlob]>("reverse blob", ([blob]) => blob.bytes.slice().reverse()),
  ...onPart<RhaiBlob>("splice blob", "blob", false, CHANGES, (blob, part, [by], runtime, at) => {
    const { bytes } = blob;
    const { start, count } = bounds(part, bytes.length);
    const next = joined(bytes.subarray(0, start), (by as RhaiBlob).bytes, bytes.subarray(start + count));
    runtime.renewBytes(blob, next, at);
    return null;
  }),
  native<[RhaiBlob, Integer]>(
    "split blob int",
    ([blob, index], runtime, at) => cut(blob, insertion(index, blob.bytes.length), blob.bytes.length, runtime, at),
    CHANGES,
  ),
  ...onPart<RhaiBlob>("drain blob", "", false, CHANGES, (blob, part, _rest, runtime, at) => {
    const { start, count } = bounds(part, blob.bytes.length);
    return cut(blob, start, count, runtime, at);
  }),
  ...onPart<RhaiBlob>("retain blob", "", false, CHANGES, (blob, part, _rest, runtime, at) => {
    const { start, count } = bounds(part, blob.bytes.length);
    // As with arrays: to retain a part without a length changes nothing.
    if (count === 0 && start < blob.bytes.length) return new RhaiBlob(new Uint8Array());
    const kept = cut(blob, start, count, runtime, at);
    const dropped = new RhaiBlob(blob.bytes);
    blob.replace(kept.bytes);
    return dropped;
  }),
  ...(["le", "be"] as const).flatMap((order) =>
    onPart<RhaiBlob>(`write_${order} blob`, "number", false, CHANGES, (blob, part, [value], runtime, at) =>
      write(blob, part, wordOf(value ?? 0, order === "le"), runtime, at),
    ),
  ),
  ...onPart<RhaiBlob>("write_utf8 blob", "string", false, CHANGES, (blob, part, [text], runtime, at) =>
    write(blob, part, Buffer.from(text as string), runtime, at),
  ),
  ...onPart<RhaiBlob>("write_ascii blob", "string", false, CHANGES, (blob, part, [text], runtime, at) =>
    write(blob, part, Buffer.from((text as string).replaceAll(NOT_ASCII, "")), runtime, at),
  ),
];

export const BLOBS: readonly Native[] = [...READING, ...CHANGING];
