import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { useTexts } from "../../i18n/i18n.tsx";
import { useKeys } from "../../shell/keyboard.ts";
import { FeedRowLink } from "./feed-row.tsx";
import { liveTexts } from "./live-texts.ts";
import type { Feed } from "./use-feed.ts";

const NARROW = "(max-width: 44rem)";
const AHEAD = 20;

interface FeedListProps {
  readonly feed: Feed;
  readonly onScrolled: (isAway: boolean) => void;
}

/** The rows that are in sight, of as many as there are. */
export function FeedList({ feed, onScrolled }: FeedListProps) {
  const t = useTexts(liveTexts);
  const { rows, cursor, loadMore, release, held } = feed;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [wanted, setWanted] = useState<number>();
  const rowHeight = matchMedia(NARROW).matches ? 72 : 44;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (cursor !== null && last >= rows.length - AHEAD) loadMore();
  }, [cursor, last, rows.length, loadMore]);
  useEffect(() => {
    if (wanted === undefined) return;
    const link = list.current?.querySelector<HTMLElement>(`[data-index="${wanted}"] a`);
    if (!link) return;
    link.focus({ preventScroll: true });
    setWanted(undefined);
  }, [wanted, items]);
  const step = (by: number): void => {
    const index = document.activeElement?.closest<HTMLElement>("[data-index]")?.dataset["index"];
    const next = index === undefined ? 0 : Math.max(0, Math.min(rows.length - 1, Number(index) + by));
    virtual.scrollToIndex(next);
    setWanted(next);
  };
  useKeys({ j: () => step(1), k: () => step(-1) });
  const showNew = (): void => {
    if (scroller.current) scroller.current.scrollTop = 0;
    release();
  };
  return (
    <div className="feed">
      <div className="feed-head" aria-hidden="true">
        <span>{t.columns.time}</span>
        <span>{t.columns.source}</span>
        <span>{t.columns.state}</span>
        <span>{t.columns.answer}</span>
        <span>{t.columns.runs}</span>
        <span>{t.columns.delivery}</span>
        <span className="feed-size">{t.columns.size}</span>
      </div>
      {held.length > 0 && (
        <button type="button" className="button primary feed-new" onClick={showNew}>
          {t.newRows(held.length)}
        </button>
      )}
      <div
        ref={scroller}
        className="feed-scroll"
        // A region that scrolls is reached with the keyboard too.
        tabIndex={0}
        onScroll={({ currentTarget }) => onScrolled(currentTarget.scrollTop > rowHeight)}
      >
        <ul ref={list} aria-label={t.list} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start, size }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <li
                key={String(key)}
                data-index={index}
                aria-setsize={rows.length}
                aria-posinset={index + 1}
                style={{ transform: `translateY(${start}px)`, height: size }}
              >
                <FeedRowLink row={row} />
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}
