import { useState } from "react";
import type { Acceptance, Refusal } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useLive } from "../../api/use-live.tsx";
import { useTexts } from "../../i18n/i18n.tsx";
import { LiveList } from "../../paging/live-list.tsx";
import { useLivePages } from "../../paging/use-live-pages.ts";
import { addressWith, useAddress } from "../../shell/router.tsx";
import type { ViewProps } from "../../shell/routes.ts";
import { EmptyCard } from "../../ui/empty-card.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { AcceptBar } from "./accept-bar.tsx";
import { filtersOf, fits, queryOf } from "./refused-filters.ts";
import { RefusedDetails } from "./refused-details.tsx";
import { RefusedFilterBar } from "./refused-filter-bar.tsx";
import { RefusedList } from "./refused-list.tsx";
import { refusedTexts } from "./refused-texts.ts";
import "../operate.css";
import "./refused.css";

const LIMIT = 50;

/**
 * What was not accepted: why, what to do about it, and having it verified again once that is done. `/refused/{id}` has
 * that one open.
 */
export default function RefusedView({ rest }: ViewProps) {
  const t = useTexts(refusedTexts);
  const filters = filtersOf(useAddress().search);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Acceptance>>(new Map());
  const list = useLivePages({
    key: addressWith("", { ...filters }),
    load: (cursor, signal) =>
      call("listRefused", { query: { ...queryOf(filters), cursor, limit: LIMIT }, ...(signal && { signal }) }),
    itemOf: (message) => (message.type === "refusal" && fits(message.refusal, filters) ? message.refusal : undefined),
    update: (refusal) => refusal,
  });
  const refusals = list.loaded.state === "ready" ? list.loaded.value.items : [];
  const open = refusals.filter((refusal) => canBeAccepted(refusal, outcomes)).map(({ id }) => id);
  const hear = (results: readonly Acceptance[]): void =>
    setOutcomes((old) => new Map([...old, ...results.map((result) => [result.refusal_id, result] as const)]));
  // Accepted in another window, or by `gtc refused accept`.
  useLive((message) => {
    if (message.type !== "event" || message.event.accepted_from === null) return;
    const { id: eventId, accepted_from: from, runs } = message.event;
    if (outcomes.get(from.refusal_id)?.event_id === eventId) return;
    hear([{ refusal_id: from.refusal_id, outcome: "accepted", event_id: eventId, runs, why: null }]);
  });
  const isElsewhere = rest !== "" && list.loaded.state === "ready" && !refusals.some(({ id }) => id === rest);
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <div className="operate">
      <PageHead title={t.title} lead={t.lead} />
      <RefusedFilterBar filters={filters} />
      {refusals.length > 0 && (
        <AcceptBar ids={open.filter((id) => chosen.has(id)).toReversed()} filters={filters} onResults={hear} />
      )}
      {isElsewhere && (
        <section className="card refusal-alone">
          <RefusedDetails id={rest} />
        </section>
      )}
      <LiveList list={list} empty={<EmptyCard title={isFiltered ? t.emptyFiltered : t.empty} />} newOnes={t.newOnes}>
        {(items) => (
          <RefusedList
            refusals={items}
            filters={filters}
            opened={rest}
            choosable={open}
            chosen={chosen}
            choose={setChosen}
            outcomes={outcomes}
          />
        )}
      </LiveList>
    </div>
  );
}

function canBeAccepted({ id, accepted_as: accepted }: Refusal, outcomes: ReadonlyMap<string, Acceptance>): boolean {
  return accepted === null && (outcomes.get(id)?.event_id ?? null) === null;
}
