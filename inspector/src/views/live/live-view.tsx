import { useEffect, useState } from "react";
import { exactTime } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { useKeys } from "../../shell/keyboard.ts";
import { useAddress } from "../../shell/router.tsx";
import { EmptyCard } from "../../ui/empty-card.tsx";
import { FaultNote } from "../../ui/loaded-view.tsx";
import { EmptyLive } from "./empty-live.tsx";
import { FeedHead, FeedList, wasLeftAway } from "./feed-list.tsx";
import { LiveFilterForm } from "./live-filter-form.tsx";
import { filtersOf } from "./live-filters.ts";
import { liveTexts } from "./live-texts.ts";
import "./live.css";
import { useFeed, type Feed } from "./use-feed.ts";

/** Requests as they arrive, newest first. */
export default function LiveView() {
  const t = useTexts(liveTexts);
  const filters = filtersOf(useAddress().search);
  const [isPaused, setPaused] = useState(false);
  const [isAway, setAway] = useState(() => wasLeftAway(JSON.stringify(filters)));
  const feed = useFeed(filters, isPaused || isAway);
  const toggle = (): void => {
    if (isPaused) feed.release();
    setPaused(!isPaused);
  };
  useKeys({ p: toggle });
  return (
    <div className="live">
      <div className="live-head">
        <h1 className="visually-hidden">{t.title}</h1>
        <LiveFilterForm filters={filters}>
          <button type="button" className="button pause" aria-pressed={isPaused} onClick={toggle}>
            {isPaused ? t.resume : t.pause}
          </button>
        </LiveFilterForm>
      </div>
      {feed.fault && <FaultNote fault={feed.fault} onRetry={feed.retry} />}
      <LiveBody key={feed.key} feed={feed} isFiltered={Object.keys(filters).length > 0} onScrolled={setAway} />
    </div>
  );
}

interface LiveBodyProps {
  readonly feed: Feed;
  readonly isFiltered: boolean;
  readonly onScrolled: (isAway: boolean) => void;
}

function LiveBody({ feed, isFiltered, onScrolled }: LiveBodyProps) {
  const t = useTexts(liveTexts);
  // Other filters make another list, which begins at its top.
  useEffect(() => () => onScrolled(false), [onScrolled]);
  if (!feed.isLoaded)
    return (
      <div className="feed">
        <FeedHead />
      </div>
    );
  if (feed.rows.length > 0 || feed.held.length > 0) return <FeedList feed={feed} onScrolled={onScrolled} />;
  if (!isFiltered) return <EmptyLive />;
  return (
    <div className="pad">
      {feed.isEnd ? <EmptyCard title={t.noMatch}>{t.noMatchHint}</EmptyCard> : <Searching feed={feed} />}
    </div>
  );
}

/** A search that ran out of time before it found something goes on by itself. */
function Searching({ feed: { searchedTo, loadMore } }: { readonly feed: Feed }) {
  const t = useTexts(liveTexts);
  const { language } = useLanguage();
  useEffect(loadMore, [loadMore, searchedTo]);
  return <output className="quiet">{searchedTo !== null && t.searchedTo(exactTime(searchedTo, language))}</output>;
}
