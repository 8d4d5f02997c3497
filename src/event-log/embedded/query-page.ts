/** What the pages of the query thread share: steps that let others go between, and an end in time. */
import type { Page } from "../event-queries.ts";

/** Work in small steps: between two of them the thread may serve another question. */
export type Steps<T> = Generator<void, T, void>;

const DEFAULT_LIMIT_MS = 1000;

/** Whether the time of a page is over. */
export function deadline(timeLimitMs = DEFAULT_LIMIT_MS): () => boolean {
  const endMs = performance.now() + timeLimitMs;
  return () => performance.now() >= endMs;
}

/** The row id before which a page begins. */
export function beforeOf(cursor: string | undefined): number {
  const before = cursor === undefined ? NaN : Number(cursor);
  return Number.isSafeInteger(before) && before >= 0 ? before : Number.MAX_SAFE_INTEGER;
}

/** A page of what was found with its row ids, one more than asked for when there is a next page. */
export function pageOf<T>(found: readonly { readonly seq: number; readonly item: T }[], limit: number): Page<T> {
  const items = found.slice(0, limit).map(({ item }) => item);
  const last = found[limit - 1];
  return found.length > limit && last !== undefined ? { items, nextCursor: String(last.seq) } : { items };
}

/** A page that ended with its time, having looked at everything down to a row. */
export function cutPage<T>(
  found: readonly { readonly seq: number; readonly item: T }[],
  lookedTo: number,
  searchedToMs: number,
): Page<T> {
  return { items: found.map(({ item }) => item), nextCursor: String(lookedTo), searchedToMs };
}
