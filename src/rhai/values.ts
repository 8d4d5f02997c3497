/**
 * Rhai values as JavaScript values. Hot ones are plain: `()` is null, a bool a boolean, a string a string, and an
 * integer a number while it is safe, else a bigint; both stand for an i64. Everything else is a small class.
 *
 * Invariants:
 * 1. An integer is a `bigint` exactly when a number would not hold it (see `int`); so `===` compares integers.
 * 2. Arrays, maps and blobs are values: `copyOf` gives an owner of its own. The copy is lazy: both owners share one
 *    store, marked `shared`, until one of them changes it and takes a store of its own (`own…`).
 * 3. A nested container belongs to exactly one store; taking over a shared store copies the owners inside it.
 */
export type RhaiValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | RhaiFloat
  | RhaiChar
  | RhaiArray
  | RhaiMap
  | RhaiBlob
  | RhaiRange
  | RhaiFn
  | RhaiTimestamp
  | RhaiItems;

export class RhaiFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export class RhaiChar {
  /** One Unicode scalar value as text. */
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What a container holds: at hand, or to be made when someone first asks. */
interface Store<Content> {
  content: Content | undefined;
  make: (() => Content) | undefined;
  shared: boolean;
}

function contentOf<Content>(store: Store<Content>): Content {
  return store.content ?? made(store);
}

function made<Content>(store: Store<Content>): Content {
  if (store.make === undefined) throw new Error("a container has its content or a way to make it");
  store.content = store.make();
  store.make = undefined;
  return store.content;
}

export class RhaiArray {
  #store: Store<RhaiValue[]>;
  /** How much it may grow before its size is counted again (see `grew` of the runtime). */
  slack = 0;

  constructor(items: RhaiValue[]) {
    this.#store = { content: items, make: undefined, shared: false };
  }

  /** An array whose items are made when they are first asked for. */
  static later(make: () => RhaiValue[]): RhaiArray {
    const array = new RhaiArray(NO_ITEMS);
    array.#store = { content: undefined, make, shared: false };
    return array;
  }

  /** To read only. */
  get items(): readonly RhaiValue[] {
    return contentOf(this.#store);
  }

  /** To change: a store that no one else sees. */
  own(): RhaiValue[] {
    const items = contentOf(this.#store);
    if (!this.#store.shared) return items;
    const own = items.map(copyOf);
    this.#store = { content: own, make: undefined, shared: false };
    return own;
  }

  copy(): RhaiArray {
    this.#store.shared = true;
    const copy = new RhaiArray(NO_ITEMS);
    copy.#store = this.#store;
    return copy;
  }
}

/** Adds what is in an array to an array, which may be the same one. */
export function appendTo(array: RhaiArray, other: RhaiArray): void {
  const own = array.own();
  const { items } = other;
  const count = items.length;
  for (let index = 0; index < count; index++) own.push(copyOf(items[index]!));
}

/** Gives an array other elements, which may be some of its own. */
export function replaceItems(array: RhaiArray, items: readonly RhaiValue[]): undefined {
  const own = array.own();
  const kept = items === own ? [...items] : items;
  own.length = 0;
  for (const item of kept) own.push(item);
}

const NO_ITEMS: RhaiValue[] = [];
const NO_ENTRIES = new Map<string, RhaiValue>();

export class RhaiMap {
  #store: Store<Map<string, RhaiValue>>;
  /** As in an array. */
  slack = 0;

  constructor(entries: Map<string, RhaiValue>) {
    this.#store = { content: entries, make: undefined, shared: false };
  }

  /** A map whose entries are made when they are first asked for. */
  static later(make: () => Map<string, RhaiValue>): RhaiMap {
    const map = new RhaiMap(NO_ENTRIES);
    map.#store = { content: undefined, make, shared: false };
    return map;
  }

  /** To read only; in no particular order (see `sortedKeys`). */
  get entries(): ReadonlyMap<string, RhaiValue> {
    return contentOf(this.#store);
  }

  /** To change: a store that no one else sees. */
  own(): Map<string, RhaiValue> {
    const entries = contentOf(this.#store);
    if (!this.#store.shared) return entries;
    const own = new Map<string, RhaiValue>();
    for (const [key, value] of entries) own.set(key, copyOf(value));
    this.#store = { content: own, make: undefined, shared: false };
    return own;
  }

  copy(): RhaiMap {
    this.#store.shared = true;
    const copy = new RhaiMap(NO_ENTRIES);
    copy.#store = this.#store;
    return copy;
  }

  /** Keys in Rhai's order: by their UTF-8 bytes, which is the order of code points. */
  sortedKeys(): string[] {
    return [...this.entries.keys()].sort(compareText);
  }
}

export class RhaiBlob {
  bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  copy(): RhaiBlob {
    return new RhaiBlob(this.bytes.slice());
  }
}

export class RhaiRange {
  readonly from: number | bigint;
  readonly to: number | bigint;
  readonly inclusive: boolean;
  constructor(from: number | bigint, to: number | bigint, inclusive: boolean) {
    this.from = from;
    this.to = to;
    this.inclusive = inclusive;
  }
}

/** What a script function is compiled to; `self` is the cell that `this` is bound to. */
export type ScriptBody = (self: Cell | null, ...args: RhaiValue[]) => RhaiValue;

export interface Cell {
  v: RhaiValue;
}

const NO_VARIABLES: readonly object[] = [];

/** A function pointer: a name that is looked up when it is called, or a closure with its body. */
export class RhaiFn {
  readonly name: string;
  readonly curried: readonly RhaiValue[];
  /** Present for closures. */
  readonly body: ScriptBody | undefined;
  /** How many parameters the body takes, curried ones included. */
  readonly arity: number;
  /** The variables that a closure shares with the script around it; in strict Rhai only, which looks for races. */
  readonly captured: readonly object[];
  constructor(
    name: string,
    curried: readonly RhaiValue[],
    body?: ScriptBody,
    arity = 0,
    captured: readonly object[] = NO_VARIABLES,
  ) {
    this.name = name;
    this.curried = curried;
    this.body = body;
    this.arity = arity;
    this.captured = captured;
  }
}

export class RhaiTimestamp {
  /** Milliseconds of the host's clock. */
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** What only a loop can use: the steps of a range, the characters of a text, the bits of an integer. */
export class RhaiItems {
  /** From the beginning, each time it is called. */
  readonly each: () => Iterable<RhaiValue>;
  constructor(each: () => Iterable<RhaiValue>) {
    this.each = each;
  }
}

/** A value of one's own: containers are copied (lazily), everything else cannot change. */
export function copyOf(value: RhaiValue): RhaiValue {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof RhaiArray || value instanceof RhaiMap || value instanceof RhaiBlob) return value.copy();
  return value;
}

/** Orders texts by code points. JavaScript's own order is by UTF-16 units and differs beyond U+FFFF. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    const bothSurrogates = left >= 0xd800 && right >= 0xd800;
    return bothSurrogates ? fixSurrogate(left) - fixSurrogate(right) : left - right;
  }
  return a.length - b.length;
}

/** Moves surrogates above U+E000..U+FFFF, where their code points belong. */
function fixSurrogate(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** Type bits, so that a parameter can allow several. */
export const T = {
  unit: 1,
  bool: 2,
  int: 4,
  float: 8,
  char: 16,
  string: 32,
  array: 64,
  map: 128,
  blob: 256,
  range: 512,
  rangeInclusive: 1024,
  fn: 2048,
  timestamp: 4096,
  items: 8192,
  any: 16383,
} as const;

/** The type bit of a value. */
export function typeBit(value: RhaiValue): number {
  switch (typeof value) {
    case "number":
    case "bigint":
      return T.int;
    case "string":
      return T.string;
    case "boolean":
      return T.bool;
    default:
      return value === null ? T.unit : objectBit(value);
  }
}

function objectBit(value: Extract<RhaiValue, object>): number {
  if (value instanceof RhaiMap) return T.map;
  if (value instanceof RhaiArray) return T.array;
  if (value instanceof RhaiFloat) return T.float;
  if (value instanceof RhaiChar) return T.char;
  if (value instanceof RhaiFn) return T.fn;
  if (value instanceof RhaiRange) return value.inclusive ? T.rangeInclusive : T.range;
  if (value instanceof RhaiItems) return T.items;
  return value instanceof RhaiBlob ? T.blob : T.timestamp;
}

export const TYPE_NAMES: Readonly<Record<number, string>> = {
  [T.unit]: "()",
  [T.bool]: "bool",
  [T.int]: "i64",
  [T.float]: "f64",
  [T.char]: "char",
  [T.string]: "string",
  [T.array]: "array",
  [T.map]: "map",
  [T.blob]: "blob",
  [T.range]: "range",
  [T.rangeInclusive]: "range=",
  [T.fn]: "Fn",
  [T.timestamp]: "timestamp",
  [T.items]: "range",
};

/** The name that `type_of` gives. */
export function typeName(value: RhaiValue): string {
  return TYPE_NAMES[typeBit(value)] ?? "?";
}

export const INT_MIN = -(2n ** 63n);
export const INT_MAX = 2n ** 63n - 1n;

/** The canonical form of an integer that is known to be an i64. */
export function int(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** The canonical form, or undefined when it is no i64. */
export function checkedInt(value: bigint): number | bigint | undefined {
  return value > INT_MAX || value < INT_MIN ? undefined : int(value);
}

const ASCII_CHARS = Array.from({ length: 128 }, (_, code) => new RhaiChar(String.fromCharCode(code)));

/** A char of one Unicode scalar value. */
export function char(text: string): RhaiChar {
  return text.length === 1 ? (ASCII_CHARS[text.charCodeAt(0)] ?? new RhaiChar(text)) : new RhaiChar(text);
}
