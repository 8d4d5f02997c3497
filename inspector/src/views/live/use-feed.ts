/**
 * The rows of the live view as the gateway has them.
 *
 * Invariants:
 * 1. Whatever happens between loading the list and opening the stream is caught: the newest page is loaded again whenever
 *    the stream opens.
 * 2. Changes are taken in together, a few times a second, however many come.
 * 3. Who comes back from an event finds the list as it was left, and what came meanwhile on top.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import type { StreamMessage } from "../../../../src/admin/contract/index.ts";
import { useLatest } from "../../api/use-latest.ts";
import { useLive, useStreamState } from "../../api/use-live.tsx";
import { rowOf, type FeedRow } from "./feed.ts";
import * as feedState from "./feed-state.ts";
import type { FeedState } from "./feed-state.ts";
import type { Filters } from "./live-filters.ts";
import { feedPager } from "./load-feed.ts";

const PAGE = 100;
/** For who goes down quickly. */
const OLDER_PAGE = 500;
const TOGETHER_MS = 80;

export interface Feed extends FeedState {
  readonly isLoaded: boolean;
  /** There are older rows, but no more than these are kept. */
  readonly isFull: boolean;
  readonly loadMore: () => void;
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
    (with_: (old: FeedState, asked: feedState.Asked) => FeedState): void => {
      const { key: now, filters: wanted, isHeld: held } = latest.current;
      const asked = {
        filters: wanted,
        isHeld: held,
        nowMs: Date.now(),
        pagerBehind: (time: string) => feedPager(wanted, new Date(Date.parse(time) + 1).toISOString()),
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
  const isFull = !isEnd && rows.length >= feedState.MOST_ROWS;
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
  const release = useCallback(() => {
    if (latest.current.state.isStale) setRound((count) => count + 1);
    change(feedState.withReleased);
  }, [change, latest]);
  const retry = useCallback(() => setRound((count) => count + 1), []);
  return { ...state, isLoaded: pager !== undefined || rows.length > 0, isFull, loadMore, release, retry };
}

type Change = (with_: (old: FeedState, asked: feedState.Asked) => FeedState) => void;

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
    const show = (with_: (old: FeedState, asked: feedState.Asked) => FeedState): void => {
      if (loads.current !== own || turn < own.shown) return;
      own.shown = turn;
      change((old, asked) => (old.key === key ? with_(old, asked) : old));
    };
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
