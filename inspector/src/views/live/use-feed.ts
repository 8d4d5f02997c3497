/**
 * The rows of the live view as the gateway has them.
 *
 * Invariants:
 * 1. Whatever happens between loading the list and opening the stream is caught: the newest page is loaded again whenever
 *    the stream opens.
 * 2. Changes are taken in together, a few times a second, however many come.
 * 3. Who comes back from an event finds the list as it was left, and what came meanwhile on top.
 */
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";
import type { StreamMessage } from "../../../../src/admin/contract/index.ts";
import { useLatest } from "../../api/use-latest.ts";
import { useLive, useStreamState } from "../../api/use-live.tsx";
import { rowOf, type FeedRow } from "./feed.ts";
import * as feedState from "./feed-state.ts";
import type { FeedState } from "./feed-state.ts";
import { pageAt } from "./feed-window.ts";
import type { Filters } from "./live-filters.ts";
import { feedPager, pageFrom, rowsBetween } from "./load-feed.ts";

const PAGE = 100;
/** For who goes down quickly. */
const OLDER_PAGE = 500;
/** Browsers lay out so many pixels and no more; Firefox, at 72 of them a row, a quarter of a million rows. */
const MOST_REACHED = 200_000;
const TOGETHER_MS = 80;

export interface Feed extends FeedState {
  readonly isLoaded: boolean;
  readonly filters: Filters;
  /** There are older rows, but this list goes no further. */
  readonly isFull: boolean;
  readonly loadMore: () => void;
  /** Loads what was let go: the page above the first row, or the one in which a row far above it stands. */
  readonly loadAbove: (index: number) => void;
  /** Lets in what was held back. */
  readonly release: () => void;
  /** Tries again after a fault. */
  readonly retry: () => void;
}

let left: FeedState | undefined;

/** Follows what the filters let through. */
export function useFeed(filters: Filters, isHeld: boolean): Feed {
  const key = JSON.stringify(filters);
  const [kept, setKept] = useState<FeedState>(() => (left?.key === key ? left : feedState.emptyFeed(key)));
  const [round, setRound] = useState(0);
  const state = kept.key === key ? kept : feedState.emptyFeed(key);
  const latest = useLatest({ key, filters, isHeld, state });
  const change = useCallback(
    (with_: Step): void => {
      const { key: now, filters: wanted, isHeld: held } = latest.current;
      const asked = {
        filters: wanted,
        isHeld: held,
        nowMs: Date.now(),
        pagerBehind: (time: string) => feedPager(wanted, timeBehind(time)),
      };
      setKept((old) => with_(old.key === now ? old : feedState.emptyFeed(now), asked));
    },
    [latest],
  );
  useEffect(() => () => void (left = latest.current.state), [latest]);
  useNewestPage(key, round, filters, change);
  useChanges(change, () => setRound((count) => count + 1));

  const isLoading = useRef<unknown>(undefined);
  const { pager, isEnd, rows } = state;
  const isFull = !isEnd && state.skipped + rows.length >= MOST_REACHED;
  const canLoad = pager !== undefined && !isEnd && !isFull && state.fault === undefined;
  const loadMore = useCallback(() => {
    if (!canLoad || pager === undefined || isLoading.current === pager) return;
    isLoading.current = pager;
    pager
      .next(OLDER_PAGE)
      .then(
        (page) => change((old) => (old.pager === pager ? feedState.withOlder(old, page) : old)),
        (fault: unknown) => change((old) => ({ ...old, fault: fault as Error })),
      )
      .finally(() => (isLoading.current = undefined));
  }, [canLoad, pager, change]);
  const loadAbove = useLoadAbove(latest, change);
  const release = useCallback(() => {
    if (feedState.mustLoadAnew(latest.current.state)) setRound((count) => count + 1);
    change(feedState.withReleased);
  }, [change, latest]);
  const retry = useCallback(() => setRound((count) => count + 1), []);
  const isLoaded = pager !== undefined || rows.length > 0;
  return { ...state, filters, isLoaded, isFull, loadMore, loadAbove, release, retry };
}

interface Latest {
  readonly filters: Filters;
  readonly state: FeedState;
}

/** Loads rows above those that are kept, one page at a time. */
function useLoadAbove(latest: RefObject<Latest>, change: Change): (index: number) => void {
  const isLoading = useRef(false);
  return useCallback(
    (index: number) => {
      const { filters, state } = latest.current;
      const [end] = state.rows;
      const far = pageAt(state, index);
      const page = state.above[far ?? state.above.length - 1];
      if (page === undefined || end === undefined || state.pager === undefined || isLoading.current) return;
      isLoading.current = true;
      const pager = feedPager(filters, timeBehind(page.first.at));
      const loading =
        far === undefined
          ? rowsBetween(pager, page.first, end, OLDER_PAGE).then(
              (rows): Step =>
                (old, asked) =>
                  feedState.withNewer(old, rows, asked),
            )
          : pageFrom(pager, page.first, OLDER_PAGE).then(
              (rows): Step =>
                (old) =>
                  feedState.withPage(old, far, rows, pager),
            );
      loading
        .then(
          // Where the list was loaded anew meanwhile, these are not its rows.
          (step) => change((old, asked) => (old.above === state.above ? step(old, asked) : old)),
          (fault: unknown) => change((old) => ({ ...old, fault: fault as Error })),
        )
        .finally(() => (isLoading.current = false));
    },
    [latest, change],
  );
}

type Step = (old: FeedState, asked: feedState.Asked) => FeedState;
type Change = (with_: Step) => void;

/** Loads the newest page: at first, with other filters, when the stream opens, and in each round. */
function useNewestPage(key: string, round: number, filters: Filters, change: Change): void {
  const stream = useStreamState();
  const wanted = useLatest(filters);
  const loads = useRef({ key, started: 0, shown: 0 });
  useEffect(() => {
    // A load goes on when the stream opens meanwhile: it brings the first rows sooner. Of two, the newer one counts.
    if (loads.current.key !== key) loads.current = { key, started: 0, shown: 0 };
    const own = loads.current;
    const turn = ++own.started;
    const show = (with_: Step): void => {
      if (loads.current !== own || turn < own.shown) return;
      own.shown = turn;
      change((old, asked) => (old.key === key ? with_(old, asked) : old));
    };
    change(feedState.withAsked);
    const pager = feedPager(wanted.current);
    pager.next(PAGE).then(
      (page) => show((old, asked) => feedState.withNewest(old, page, pager, asked)),
      (fault: unknown) => show((old) => ({ ...old, fault: fault as Error })),
    );
  }, [key, round, stream, wanted, change]);
}

/** Takes in what the stream brings. */
function useChanges(change: Change, loadAgain: () => void): void {
  const waiting = useRef(new Map<string, FeedRow>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const takeIn = (): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    const rows = [...waiting.current.values()];
    waiting.current.clear();
    change((old, asked) => feedState.withChanges(old, rows, asked));
  };
  useLive((message: StreamMessage) => {
    if (message.type === "gap") {
      change(feedState.withGap);
      return loadAgain();
    }
    const row = rowOf(message);
    if (row === undefined) return undefined;
    waiting.current.set(row.id, row);
    // Timers of hidden pages come seldom: what waits stays bounded.
    if (waiting.current.size >= feedState.MOST_HELD) return takeIn();
    timer.current ??= setTimeout(takeIn, TOGETHER_MS);
    return undefined;
  });
}

/** The first time that is not among what is asked for: `until` is exclusive, and the row itself is wanted. */
export function timeBehind(time: string): string {
  return new Date(Date.parse(time) + 1).toISOString();
}
