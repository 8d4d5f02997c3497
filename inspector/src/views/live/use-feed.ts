/**
 * The rows of the live view and how they change.
 *
 * Invariants:
 * 1. A row that is shown changes in its place; new rows come in only at the top, and only while `isHeld` is false. Held rows
 *    are counted and let in at once by `release`.
 * 2. Whatever happens between loading the list and opening the stream is caught: the first page is loaded again whenever
 *    the stream opens.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import { call } from "../../api/client.ts";
import { useLatest } from "../../api/use-latest.ts";
import { useLive, useStreamState } from "../../api/use-live.tsx";
import {
  eventRow,
  matches,
  mergeRows,
  refusalRow,
  rowOf,
  wantsEvents,
  wantsRefusals,
  type FeedRow,
  type Filters,
} from "./feed.ts";

const PAGE = 100;
const MOST_REFUSALS = 500;

interface FeedPage {
  readonly rows: readonly FeedRow[];
  readonly cursor: string | null;
  /** Where a page of refusals alone ends; the next begins before it. */
  readonly searchedTo: string | null;
}

interface FeedState {
  readonly key: string;
  readonly rows: readonly FeedRow[];
  readonly held: readonly FeedRow[];
  readonly cursor: string | null;
  readonly searchedTo: string | null;
  readonly isLoaded: boolean;
  readonly fault?: Error;
}

export interface Feed extends FeedState {
  readonly loadMore: () => void;
  readonly release: () => void;
  readonly reload: () => void;
}

const NOTHING: Omit<FeedState, "key"> = { rows: [], held: [], cursor: null, searchedTo: null, isLoaded: false };

/** Follows what the filters let through. */
export function useFeed(filters: Filters, isHeld: boolean): Feed {
  const key = JSON.stringify(filters);
  const [kept, setKept] = useState<FeedState>({ key, ...NOTHING });
  const [round, setRound] = useState(0);
  const state = kept.key === key ? kept : { key, ...NOTHING };
  const stream = useStreamState();
  const held = useLatest(isHeld);
  const asked = useLatest(filters);

  const loads = useRef({ key, started: 0, shown: 0 });
  useEffect(() => {
    // A load goes on when the stream opens meanwhile: it brings the first rows sooner. Of two, the newer one counts.
    if (loads.current.key !== key) loads.current = { key, started: 0, shown: 0 };
    const own = loads.current;
    const turn = ++own.started;
    const show = (change: (old: FeedState) => FeedState): void => {
      if (loads.current !== own || turn < own.shown) return;
      own.shown = turn;
      setKept((old) => change(old.key === key ? old : { key, ...NOTHING }));
    };
    loadPage(asked.current).then(
      (page) => show((old) => withFirstPage(old, page)),
      (fault: unknown) => show((old) => ({ ...old, fault: fault as Error })),
    );
  }, [key, round, stream, asked]);

  useLive((message) => {
    if (message.type === "gap") return setRound((count) => count + 1);
    const row = rowOf(message);
    if (row === undefined) return undefined;
    return setKept((old) => (old.key === key ? withChange(old, row, asked.current, held.current) : old));
  });

  const loadMore = useCallback(() => {
    if (state.cursor === null) return;
    const oldest = state.rows.at(-1)?.at;
    void loadPage(asked.current, { cursor: state.cursor, before: oldest }).then((page) =>
      setKept((old) =>
        old.key === key && old.cursor === state.cursor
          ? { ...old, rows: mergeRows(old.rows, page.rows), cursor: page.cursor, searchedTo: page.searchedTo }
          : old,
      ),
    );
  }, [key, state.cursor, state.rows, asked]);
  const release = useCallback(() => setKept((old) => ({ ...old, rows: mergeRows(old.rows, old.held), held: [] })), []);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  return { ...state, loadMore, release, reload };
}

function withFirstPage(old: FeedState, page: FeedPage): FeedState {
  const rest = old.isLoaded ? old : { ...old, cursor: page.cursor, searchedTo: page.searchedTo };
  const { fault: _gone, ...state } = rest;
  return { ...state, rows: mergeRows(old.rows, page.rows), held: [], isLoaded: true };
}

function withChange(old: FeedState, row: FeedRow, filters: Filters, isHeld: boolean): FeedState {
  if (old.rows.some(({ id }) => id === row.id)) return { ...old, rows: mergeRows(old.rows, [row]) };
  if (!matches(filters, row)) return old;
  // What the text search would find is the server's to say: such rows wait until it is asked again.
  if (isHeld || filters.q !== undefined) return { ...old, held: mergeRows(old.held, [row]) };
  return { ...old, rows: mergeRows(old.rows, [row]) };
}

/** A page of events, and the requests that were refused in the same time. */
async function loadPage(
  filters: Filters,
  from?: { readonly cursor: string; readonly before: string | undefined },
): Promise<FeedPage> {
  const { q, tenant, type } = filters;
  if (!wantsEvents(filters)) {
    const page = await call("listRefused", { query: { q, tenant, type, limit: PAGE, cursor: from?.cursor } });
    return { rows: page.items.map(refusalRow), cursor: page.next_cursor, searchedTo: page.searched_to };
  }
  const page = await call("listEvents", { query: { ...filters, limit: PAGE, cursor: from?.cursor } });
  const rows = page.items.map(eventRow);
  const since = page.next_cursor === null ? undefined : page.items.at(-1)?.received_at;
  const refused = wantsRefusals(filters)
    ? await call("listRefused", {
        query: { q, tenant, type, limit: MOST_REFUSALS, since, until: from?.before },
      })
    : undefined;
  return {
    rows: [...rows, ...(refused?.items ?? []).map(refusalRow)],
    cursor: page.next_cursor,
    searchedTo: page.searched_to,
  };
}
