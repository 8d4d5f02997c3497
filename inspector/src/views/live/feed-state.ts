/**
 * What the live view has of its rows, and how changes change it. Pure but for the pager, which remembers where it is.
 *
 * Invariants:
 * 1. `rows` have no holes: they are everything that the filters let through from the first to the last of them.
 * 2. A row that is shown changes in its place. While rows are held back, none comes in; they are counted, and let in at once.
 * 3. Never more than about `MOST_ROWS` rows and `MOST_HELD` held ones: who leaves the page open for a week finds it as
 *    quick, and so does who scrolls down for an hour (see `feed-window.ts`).
 * 4. What the stream told while a page was on its way is newer than the page: it is not lost, and not set back, by a page that
 *    a search took seconds for.
 * 5. While the newest rows are let go, what is new is held back: it has no place beside the first row that is kept.
 */
import { matches, mergeRows, type FeedRow } from "./feed.ts";
import type { FeedPage, FeedPager } from "./feed-pager.ts";
import { fromPage, isAbove, MOST_ROWS, withoutNewest, withPageAbove, type FeedWindow } from "./feed-window.ts";
import { boundsOf, type Filters } from "./live-filters.ts";

export const MOST_HELD = 1_000;

export interface FeedState extends FeedWindow {
  /** The filters as text: rows of other filters are none of ours. */
  readonly key: string;
  readonly held: readonly FeedRow[];
  /** What the stream told since the newest page was asked for, as far as it is kept. */
  readonly heard: readonly FeedRow[];
  /** Rows came that are not in `held`: to let them in, the list is loaded anew. */
  readonly isStale: boolean;
  /** Where older rows come from; undefined before the first page. */
  readonly pager: FeedPager | undefined;
  readonly isEnd: boolean;
  readonly searchedTo: string | null;
  readonly fault?: Error | undefined;
}

export function emptyFeed(key: string): FeedState {
  const none = { rows: [], above: [], skipped: 0, held: [], heard: [] };
  return { key, ...none, isStale: false, pager: undefined, isEnd: false, searchedTo: null };
}

export interface Asked {
  readonly filters: Filters;
  readonly isHeld: boolean;
  readonly nowMs: number;
  /** A pager from a time (ISO, included) backwards. */
  readonly pagerBehind: (time: string) => FeedPager;
}

/** When the newest page is asked for. */
export function withAsked(old: FeedState): FeedState {
  return old.heard.length === 0 ? old : { ...old, heard: [] };
}

/** With the newest page: what is new comes to what is shown where both touch, else (much was missed) it takes its place. */
export function withNewest(old: FeedState, page: FeedPage, pager: FeedPager, asked: Asked): FeedState {
  const { rows, isUnsure } = withHeard(page, old.heard, asked);
  const shown = new Set(old.rows.map(({ id }) => id));
  const isKnown = (row: FeedRow): boolean => shown.has(row.id) || isAbove(old, row);
  const touches = rows.some(isKnown);
  const isHeld = isHeldBack(old, asked);
  const isKept = old.pager !== undefined && old.rows.length > 0 && (touches || isHeld);
  if (!isKept) {
    const { isEnd, searchedTo } = page;
    const { key, heard } = old;
    return { ...emptyFeed(key), heard, rows: mergeRows([], rows), isStale: isUnsure, pager, isEnd, searchedTo };
  }
  const known = rows.filter(({ id }) => shown.has(id));
  const fresh = rows.filter((row) => !isKnown(row));
  const state = { ...old, fault: undefined, rows: mergeRows(old.rows, known) };
  if (isHeld) return withHeld({ ...state, isStale: old.isStale || isUnsure || !touches }, fresh);
  return withinBounds({ ...state, rows: mergeRows(state.rows, fresh), held: [], isStale: isUnsure }, asked);
}

interface WithHeard {
  readonly rows: readonly FeedRow[];
  /** Something came that only the gateway can put in its place. */
  readonly isUnsure: boolean;
}

/** The rows of a page with what was heard since it was asked for. */
function withHeard(page: FeedPage, heard: readonly FeedRow[], { filters, nowMs }: Asked): WithHeard {
  const listed = new Set(page.rows.map(({ id }) => id));
  const oldest = page.isEnd ? "" : (page.rows.at(-1)?.at ?? "");
  const known = heard.filter(({ id }) => listed.has(id));
  const fresh = heard.filter((row) => !listed.has(row.id) && row.at >= oldest && matches(filters, row, nowMs));
  // Of very much that came some was not kept: beside the page it would leave a hole.
  const isUnsure = fresh.length > 0 && (filters.q !== undefined || heard.length >= MOST_HELD);
  return { rows: mergeRows(page.rows, isUnsure ? known : [...known, ...fresh]), isUnsure };
}

/** With the next older page. */
export function withOlder(old: FeedState, page: FeedPage): FeedState {
  const { isEnd, searchedTo } = page;
  const kept = withoutNewest({ ...old, rows: mergeRows(old.rows, page.rows) });
  return { ...old, fault: undefined, ...kept, isEnd, searchedTo };
}

/** With the page above the first row, which was let go. */
export function withNewer(old: FeedState, page: readonly FeedRow[], asked: Asked): FeedState {
  return withinBounds({ ...old, fault: undefined, ...withPageAbove(old, page) }, asked);
}

/** With the list from one of the pages above on. */
export function withPage(
  old: FeedState,
  page: number,
  { rows, isEnd, searchedTo }: FeedPage,
  pager: FeedPager,
): FeedState {
  const loaded = { ...old, fault: undefined, pager, isEnd, searchedTo };
  // All of it has gone meanwhile, and so has the place of what stood above.
  if (rows.length === 0) return { ...loaded, rows, above: [], skipped: 0, isStale: true };
  return { ...loaded, ...fromPage(old, page, rows) };
}

/** With changes that the stream brought. */
export function withChanges(old: FeedState, changes: readonly FeedRow[], asked: Asked): FeedState {
  const { filters, nowMs } = asked;
  const shown = new Set(old.rows.map(({ id }) => id));
  const known = changes.filter(({ id }) => shown.has(id));
  // Behind the last row it is the pager's to bring, or there would be a hole between.
  const oldest = old.isEnd ? "" : (old.rows.at(-1)?.at ?? "");
  const isNew = (row: FeedRow): boolean => !shown.has(row.id) && row.at >= oldest && !isAbove(old, row);
  const fresh = changes.filter((row) => isNew(row) && matches(filters, row, nowMs));
  const heard = mergeRows(old.heard, changes).slice(0, MOST_HELD);
  const state = { ...old, heard, rows: mergeRows(old.rows, known) };
  if (fresh.length === 0) return state;
  // What a text search would find is the gateway's to say: such rows are asked for when the reader wants them.
  if (filters.q !== undefined) return { ...state, isStale: true };
  if (isHeldBack(old, asked)) return withHeld(state, fresh);
  return withinBounds({ ...state, rows: sinceOf(mergeRows(state.rows, fresh), filters, nowMs) }, asked);
}

/** With what was held back. A list that must be loaded anew has no pager any more: the next page takes its place. */
export function withReleased(old: FeedState, asked: Asked): FeedState {
  if (mustLoadAnew(old)) return { ...old, held: [], isStale: false, pager: undefined };
  return withinBounds({ ...old, rows: mergeRows(old.rows, old.held), held: [] }, asked);
}

/** Whether its newest rows are not the newest that there are, held ones included. */
export function mustLoadAnew({ isStale, above }: FeedState): boolean {
  return isStale || above.length > 0;
}

/** After changes that nobody can tell any more. */
export function withGap(old: FeedState, asked: Asked): FeedState {
  return isHeldBack(old, asked) ? { ...old, isStale: true } : { ...old, pager: undefined };
}

function isHeldBack({ above }: FeedState, { isHeld }: Asked): boolean {
  return isHeld || above.length > 0;
}

function withHeld(state: FeedState, fresh: readonly FeedRow[]): FeedState {
  const held = mergeRows(state.held, fresh);
  return held.length > MOST_HELD ? { ...state, held: [], isStale: true } : { ...state, held };
}

/** "The last hour" goes on: what has left it goes, at the end of the list, where it moves nothing. */
function sinceOf(rows: readonly FeedRow[], filters: Filters, nowMs: number): readonly FeedRow[] {
  const { since } = boundsOf(filters, nowMs);
  return since === undefined || (rows.at(-1)?.at ?? since) >= since ? rows : rows.filter(({ at }) => at >= since);
}

/** Without the oldest rows above the bound; scrolling there loads them again. */
function withinBounds(state: FeedState, { pagerBehind }: Asked): FeedState {
  const last = state.rows[MOST_ROWS - 1];
  if (state.rows.length <= MOST_ROWS || last === undefined) return state;
  return { ...state, rows: state.rows.slice(0, MOST_ROWS), pager: pagerBehind(last.at), isEnd: false };
}
