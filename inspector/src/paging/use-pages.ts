import { useState } from "react";
import type { Page } from "../../../src/admin/contract/index.ts";
import { useLoaded, type Loaded } from "../api/use-loaded.ts";

export interface Pages<Item> {
  readonly items: readonly Item[];
  /** A search that took too long ended here; older pages go on behind it. */
  readonly searchedTo: string | null;
  /** Absent at the end of the list. */
  readonly loadOlder: (() => void) | undefined;
  readonly isLoadingOlder: boolean;
  readonly fault: Error | undefined;
}

interface Older<Item> {
  readonly behind: Page<Item>;
  readonly pages: readonly Page<Item>[];
  readonly state: "idle" | "loading" | Error;
}

/** A list by cursor: its first page, and older ones on demand. A new first page (`reload`, another `key`) starts anew. */
export function usePages<Item>(
  key: string,
  load: (cursor: string | undefined, signal?: AbortSignal) => Promise<Page<Item>>,
): { readonly loaded: Loaded<Pages<Item>>; readonly reload: () => void } {
  const { loaded, reload } = useLoaded(key, (signal) => load(undefined, signal));
  const [kept, setOlder] = useState<Older<Item>>();
  if (loaded.state !== "ready") return { loaded, reload };
  const first = loaded.value;
  const older: Older<Item> = kept?.behind === first ? kept : { behind: first, pages: [], state: "idle" };
  const last = older.pages.at(-1) ?? first;
  const cursor = last.next_cursor;
  const loadOlder = (): void => {
    if (cursor === null || older.state === "loading") return;
    setOlder({ ...older, state: "loading" });
    load(cursor).then(
      (page) => setOlder({ behind: first, pages: [...older.pages, page], state: "idle" }),
      (fault: unknown) => setOlder({ ...older, state: fault instanceof Error ? fault : new Error(String(fault)) }),
    );
  };
  const value: Pages<Item> = {
    items: [first, ...older.pages].flatMap(({ items }) => items),
    searchedTo: last.searched_to,
    loadOlder: cursor === null ? undefined : loadOlder,
    isLoadingOlder: older.state === "loading",
    fault: older.state instanceof Error ? older.state : undefined,
  };
  return { loaded: { state: "ready", value }, reload };
}
