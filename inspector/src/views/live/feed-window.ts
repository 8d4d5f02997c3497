/**
 * How a list of any length is kept in little memory: rows that were scrolled far past are let go, page by page, and of each
 * page only its place is kept. Who scrolls back there has it loaded again. Pure.
 *
 * Invariants:
 * 1. `skipped` rows stand above the first that is kept, whether or not they are known: what is seen stays where it is.
 * 2. `above` are the places of those rows, newest first, each a page; without pages above, nothing is skipped.
 */
import { mergeRows, newestFirst, type FeedRow } from "./feed.ts";

/** Rows that are kept. */
export const MOST_ROWS = 2_000;
/** Rows of a page that is let go. */
const PAGE_ROWS = 500;

type Place = Pick<FeedRow, "at" | "id">;

export interface PageAbove {
  readonly first: Place;
  readonly count: number;
}

export interface FeedWindow {
  readonly rows: readonly FeedRow[];
  readonly above: readonly PageAbove[];
  readonly skipped: number;
}

/** Lets go of the newest rows above the bound, in whole pages. */
export function withoutNewest({ rows, above, skipped }: FeedWindow): FeedWindow {
  const pages = Math.max(0, Math.ceil((rows.length - MOST_ROWS) / PAGE_ROWS));
  const gone = Array.from({ length: pages }, (_, page) => rows[page * PAGE_ROWS]).filter((row) => row !== undefined);
  return {
    rows: rows.slice(gone.length * PAGE_ROWS),
    above: [...above, ...gone.map(({ at, id }) => ({ first: { at, id }, count: PAGE_ROWS }))],
    skipped: skipped + gone.length * PAGE_ROWS,
  };
}

/** With the page above the first row again, as it is now: it may have more or fewer rows than when it was let go. */
export function withPageAbove({ rows, above, skipped }: FeedWindow, page: readonly FeedRow[]): FeedWindow {
  const left = above.slice(0, -1);
  return {
    rows: mergeRows(rows, page),
    above: left,
    skipped: left.length === 0 ? 0 : Math.max(left.length, skipped - page.length),
  };
}

/** The number of the page above in which a row of the list stands; undefined where it is kept. */
export function pageAt({ above, skipped }: FeedWindow, index: number): number | undefined {
  if (index >= skipped) return undefined;
  let end = 0;
  const page = above.findIndex(({ count }) => index < (end += count));
  return page === -1 ? above.length - 1 : page;
}

/** The list from one of the pages above on: what stood below is loaded when it is scrolled to. */
export function fromPage({ above }: FeedWindow, page: number, rows: readonly FeedRow[]): FeedWindow {
  const left = above.slice(0, page);
  return { rows, above: left, skipped: left.reduce((sum, { count }) => sum + count, 0) };
}

/** Whether a row is above what is kept, or would be if it were new: then it is no news. */
export function isAbove({ above: [newest] }: FeedWindow, row: Place): boolean {
  return newest !== undefined && newestFirst(row, newest.first) >= 0;
}
