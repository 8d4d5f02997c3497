import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type RefObject } from "react";
import { useLatest } from "../../api/use-latest.ts";
import { count } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { letGo } from "../../list/use-row-keys.ts";
import { useKeys } from "../../shell/keyboard.ts";
import { addressWith, Link } from "../../shell/router.tsx";
import { FeedRowLink } from "./feed-row.tsx";
import { withFilter } from "./live-filters.ts";
import { liveTexts } from "./live-texts.ts";
import { timeBehind, type Feed } from "./use-feed.ts";

const NARROW = "(max-width: 44rem)";
const AHEAD = 20;

/** Where the list was left, to come back to. */
let left = { key: "", offset: 0, id: "" };

/** Whether the list of these filters was left below its top. */
export function wasLeftAway(key: string): boolean {
  return left.key === key && left.offset > 0;
}

interface FeedListProps {
  readonly feed: Feed;
  readonly onScrolled: (isAway: boolean) => void;
}

/** The rows that are in sight, of as many as there are. */
export function FeedList({ feed, onScrolled }: FeedListProps) {
  const t = useTexts(liveTexts);
  const { rows, skipped, loadMore, loadAbove, isEnd } = feed;
  const all = skipped + rows.length;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const rowHeight = matchMedia(NARROW).matches ? 72 : 44;
  const virtual = useVirtualizer({
    count: all,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index - skipped]?.id ?? index,
    initialOffset: left.key === feed.key ? left.offset : 0,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= all - AHEAD) loadMore();
  }, [last, all, loadMore]);
  // Before the list is laid out nothing is in sight.
  const first = items[0]?.index ?? Infinity;
  useEffect(() => {
    if (first < skipped + AHEAD) loadAbove(last);
  }, [first, last, skipped, loadAbove]);
  const walk = useWalk(feed, virtual, list);
  const showNew = (): void => {
    walk.stop();
    if (scroller.current) scroller.current.scrollTop = 0;
    feed.release();
  };
  return (
    <div className="feed">
      <FeedHead />
      <NewRows feed={feed} show={showNew} />
      <div
        ref={scroller}
        className="feed-scroll"
        // A region that scrolls is reached with the keyboard too.
        tabIndex={0}
        onWheel={walk.stop}
        onPointerDown={walk.stop}
        onScroll={({ currentTarget: { scrollTop } }) => {
          left = { key: feed.key, offset: scrollTop, id: left.id };
          onScrolled(scrollTop > rowHeight);
        }}
      >
        <ul ref={list} aria-label={t.list} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start, size }) => {
            const row = rows[index - skipped];
            const place = { transform: `translateY(${start}px)`, height: size };
            return row === undefined ? (
              <li key={String(key)} className="feed-away" aria-hidden="true" style={place} />
            ) : (
              <li
                key={String(key)}
                data-index={index}
                aria-setsize={isEnd ? all : -1}
                aria-posinset={index + 1}
                style={place}
                onFocus={() => void (left = { ...left, key: feed.key, id: row.id })}
              >
                <FeedRowLink row={row} />
              </li>
            );
          })}
        </ul>
      </div>
      <FeedEnd feed={feed} />
    </div>
  );
}

/** The names of the columns. */
export function FeedHead() {
  const t = useTexts(liveTexts);
  return (
    <div className="feed-head" aria-hidden="true">
      <span>{t.columns.time}</span>
      <span>{t.columns.source}</span>
      <span>{t.columns.state}</span>
      <span>{t.columns.answer}</span>
      <span>{t.columns.runs}</span>
      <span>{t.columns.delivery}</span>
      <span className="feed-size">{t.columns.size}</span>
    </div>
  );
}

function NewRows({ feed: { held, isStale }, show }: { readonly feed: Feed; readonly show: () => void }) {
  const t = useTexts(liveTexts);
  if (held.length === 0 && !isStale) return null;
  return (
    <button type="button" className="button primary feed-new" onClick={show}>
      {isStale ? t.newer : t.newRows(held.length)}
    </button>
  );
}

/** That the list goes on where it seems to end, and why it is not shown. */
function FeedEnd({ feed: { isFull, rows, skipped, filters } }: { readonly feed: Feed }) {
  const t = useTexts(liveTexts);
  const { language } = useLanguage();
  const last = rows.at(-1);
  if (!isFull || last === undefined) return null;
  return (
    <p className="quiet feed-end">
      {t.full(count(skipped + rows.length, language))}{" "}
      <Link to={addressWith("/", withFilter(filters, "until", timeBehind(last.at)))}>{t.goOn}</Link>
    </p>
  );
}

/** The place of a row in the whole list; -1 where it is not kept. */
function placeOf({ rows, skipped }: Feed, id: string): number {
  const index = rows.findIndex((row) => row.id === id);
  return index === -1 ? -1 : skipped + index;
}

/** j, k, Home and End; the end is where no older rows come any more, and is gone after until it is reached. */
function useWalk(
  feed: Feed,
  virtual: Virtualizer<HTMLDivElement, Element>,
  list: RefObject<HTMLUListElement | null>,
): { readonly stop: () => void } {
  const { rows, skipped, isEnd, isFull, fault, loadMore } = feed;
  const lastIndex = skipped + rows.length - 1;
  const isDown = isEnd || isFull || fault !== undefined;
  const isGoingDown = useRef(false);
  // A row that is to have the focus has it as soon as it is in the document.
  const wanted = useRef(left.key === feed.key ? placeOf(feed, left.id) : -1);
  const focusWanted = (): void => {
    const link = list.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"] a`);
    if (!link) return;
    wanted.current = -1;
    link.focus({ preventScroll: true });
  };
  const goTo = (index: number): void => {
    wanted.current = index;
    virtual.scrollToIndex(index);
    focusWanted();
  };
  const goDown = (): void => {
    if (!isGoingDown.current) return;
    isGoingDown.current = !isDown;
    if (isDown) return goTo(lastIndex);
    virtual.scrollToIndex(lastIndex);
    loadMore();
  };
  useEffect(focusWanted);
  const latestGoDown = useLatest(goDown);
  useEffect(() => latestGoDown.current(), [lastIndex, isDown, loadMore, latestGoDown]);
  const stop = (): void => void (isGoingDown.current = false);
  const step = (by: number): void => {
    const index = document.activeElement?.closest<HTMLElement>("[data-index]")?.dataset["index"];
    stop();
    goTo(index === undefined ? 0 : Math.max(0, Math.min(lastIndex, Number(index) + by)));
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    Home: (event) => {
      event.preventDefault();
      stop();
      goTo(0);
    },
    End: (event) => {
      event.preventDefault();
      isGoingDown.current = true;
      goDown();
    },
    Escape: () => {
      stop();
      letGo();
    },
  });
  return { stop };
}
