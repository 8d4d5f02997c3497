/**
 * Arrays, maps and blobs: values of Rhai, which `copyOf` gives an owner of its own.
 *
 * Invariants:
 * 1. The copy is lazy: both owners share one store, marked `shared`, until one of them changes it and takes a store of
 *    its own (`own…`).
 * 2. A nested container belongs to exactly one store; taking over a shared store copies the owners inside it.
 */
import { sortTexts } from "./text-order.ts";
import type { RhaiValue } from "./values.ts";

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

  /** How many items were made: none while nobody asked for them. */
  get sizeAtHand(): number {
    return this.#store.content?.length ?? 0;
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

  /** As in an array. */
  get sizeAtHand(): number {
    return this.#store.content?.size ?? 0;
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
    return sortTexts([...this.entries.keys()]);
  }
}

export class RhaiBlob {
  #bytes: Uint8Array;
  #isShared = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** To read only. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Whether a copy may have the same bytes. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** To change: bytes that no one else sees. A script pays for them (`ownBytes` of the runtime). */
  own(): Uint8Array {
    if (this.#isShared) this.replace(this.#bytes.slice());
    return this.#bytes;
  }

  /** Gives it other bytes, which belong to no one else. */
  replace(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#isShared = false;
  }

  copy(): RhaiBlob {
    this.#isShared = true;
    const copy = new RhaiBlob(this.#bytes);
    copy.#isShared = true;
    return copy;
  }
}

/** A value of one's own: containers are copied (lazily), everything else cannot change. */
export function copyOf(value: RhaiValue): RhaiValue {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof RhaiArray || value instanceof RhaiMap || value instanceof RhaiBlob) return value.copy();
  return value;
}
