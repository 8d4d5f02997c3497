import { useState } from "react";
import type { Page, StreamMessage } from "../../../src/admin/contract/index.ts";
import { useLive } from "../api/use-live.tsx";
import type { Loaded } from "../api/use-loaded.ts";
import { usePages, type Pages } from "./use-pages.ts";

interface Identified {
  readonly id: string;
}

interface LivePagesOptions<Item> {
  readonly key: string;
  readonly load: (cursor: string | undefined, signal?: AbortSignal) => Promise<Page<Item>>;
  /** The item that a change is about, where it is one that belongs to the list. */
  readonly itemOf: (message: StreamMessage) => Item | undefined;
  /** A listed item after a change: itself where the change is not about it. */
  readonly update: (item: Item, message: StreamMessage) => Item;
}

export interface LivePages<Item> {
  readonly loaded: Loaded<Pages<Item>>;
  /** Loads the list anew, with what came since. */
  readonly reload: () => void;
  /** How many came since. They wait for `reload`, so that nothing moves under the reader's hand. */
  readonly fresh: number;
}

interface Heard<Item> {
  readonly key: string;
  readonly changed: ReadonlyMap<string, Item>;
  readonly fresh: ReadonlySet<string>;
}

/** More new items than this are counted as this many: the list is to be loaded anew anyway. */
const MOST_FRESH = 1_000;

/** A list by cursor that follows the stream: what is listed changes in its place, what is new is counted. */
export function useLivePages<Item extends Identified>(options: LivePagesOptions<Item>): LivePages<Item> {
  const { key, load, itemOf, update } = options;
  const { loaded, reload: loadAgain } = usePages(key, load);
  const nothing: Heard<Item> = { key, changed: new Map(), fresh: new Set() };
  const [kept, setHeard] = useState(nothing);
  const heard = kept.key === key ? kept : nothing;
  const items = loaded.state === "ready" ? loaded.value.items.map((item) => heard.changed.get(item.id) ?? item) : [];
  const hear = (change: (old: Heard<Item>) => Heard<Item>): void =>
    setHeard((old) => change(old.key === key ? old : nothing));
  const reload = (): void => {
    setHeard(nothing);
    loadAgain();
  };
  useLive((message) => {
    if (message.type === "gap") return reload();
    if (loaded.state !== "ready") return undefined;
    const changed = items.map((item) => update(item, message)).filter((item, index) => item !== items[index]);
    if (changed.length > 0) hear((old) => ({ ...old, changed: withItems(old.changed, changed) }));
    const item = itemOf(message);
    if (item === undefined || items.some(({ id }) => id === item.id)) return undefined;
    if (items.length === 0) return reload();
    return hear((old) => (old.fresh.size >= MOST_FRESH ? old : { ...old, fresh: new Set(old.fresh).add(item.id) }));
  });
  if (loaded.state !== "ready") return { loaded, reload, fresh: 0 };
  return { loaded: { state: "ready", value: { ...loaded.value, items } }, reload, fresh: heard.fresh.size };
}

function withItems<Item extends Identified>(map: ReadonlyMap<string, Item>, items: readonly Item[]): Map<string, Item> {
  return new Map([...map, ...items.map((item) => [item.id, item] as const)]);
}
