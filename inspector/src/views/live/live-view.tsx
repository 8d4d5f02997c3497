import { useState } from "react";
import { exactTime } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { useKeys } from "../../shell/keyboard.ts";
import { useAddress } from "../../shell/router.tsx";
import { FaultNote } from "../../ui/loaded-view.tsx";
import { EmptyLive } from "./empty-live.tsx";
import { filtersOf } from "./feed.ts";
import { FeedList } from "./feed-list.tsx";
import { LiveFilters } from "./live-filters.tsx";
import { liveTexts } from "./live-texts.ts";
import "./live.css";
import { useFeed, type Feed } from "./use-feed.ts";

/** Requests as they arrive, newest first. */
export default function LiveView() {
  const t = useTexts(liveTexts);
  const filters = filtersOf(useAddress().search);
  const [isPaused, setPaused] = useState(false);
  const [isAway, setAway] = useState(false);
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
        <LiveFilters filters={filters} />
        <button type="button" className="button" aria-pressed={isPaused} onClick={toggle}>
          {isPaused ? t.resume : t.pause}
        </button>
      </div>
      {feed.fault && <FaultNote fault={feed.fault} onRetry={feed.reload} />}
      <LiveBody feed={feed} isFiltered={Object.keys(filters).length > 0} onScrolled={setAway} />
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
  const { language } = useLanguage();
  if (!feed.isLoaded) return null;
  if (feed.rows.length === 0 && feed.held.length === 0) {
    return isFiltered ? <p className="quiet pad">{t.noMatch}</p> : <EmptyLive />;
  }
  return (
    <>
      <FeedList feed={feed} onScrolled={onScrolled} />
      {feed.searchedTo !== null && <p className="quiet pad">{t.searchedTo(exactTime(feed.searchedTo, language))}</p>}
    </>
  );
}
