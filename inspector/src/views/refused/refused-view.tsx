import { useRef } from "react";
import type { Refusal } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { useRowKeys } from "../../list/use-row-keys.ts";
import { LiveList } from "../../paging/live-list.tsx";
import { useLivePages } from "../../paging/use-live-pages.ts";
import { addressWith, navigate, useAddress } from "../../shell/router.tsx";
import type { ViewProps } from "../../shell/routes.ts";
import { EmptyCard } from "../../ui/empty-card.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { filtersOf, fits, type RefusedFilters } from "./refused-filters.ts";
import { RefusedFilterBar } from "./refused-filter-bar.tsx";
import { RefusedRow } from "./refused-row.tsx";
import { refusedTexts } from "./refused-texts.ts";
import "../operate.css";
import "./refused.css";

const LIMIT = 50;

/** What was not accepted: why, and what to do about it. `/refused/{id}` has that one open. */
export default function RefusedView({ rest }: ViewProps) {
  const t = useTexts(refusedTexts);
  const filters = filtersOf(useAddress().search);
  const list = useLivePages({
    key: addressWith("", { ...filters }),
    load: (cursor, signal) =>
      call("listRefused", { query: { ...filters, cursor, limit: LIMIT }, ...(signal && { signal }) }),
    itemOf: (message) => (message.type === "refusal" && fits(message.refusal, filters) ? message.refusal : undefined),
    update: (refusal) => refusal,
  });
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  return (
    <div className="operate">
      <PageHead title={t.title} lead={t.lead} />
      <RefusedFilterBar filters={filters} />
      <LiveList list={list} empty={<EmptyCard title={isFiltered ? t.emptyFiltered : t.empty} />} newOnes={t.newOnes}>
        {(refusals) => <RefusedList refusals={refusals} filters={filters} open={rest} />}
      </LiveList>
    </div>
  );
}

interface RefusedListProps {
  readonly refusals: readonly Refusal[];
  readonly filters: RefusedFilters;
  readonly open: string;
}

function RefusedList({ refusals, filters, open }: RefusedListProps) {
  const list = useRef<HTMLUListElement>(null);
  const closed = addressWith("/refused", { ...filters });
  useRowKeys(list, open === "" ? {} : { Escape: () => navigate(closed) });
  return (
    <ul className="card refusals" ref={list}>
      {refusals.map((refusal) => (
        <RefusedRow
          key={refusal.id}
          refusal={refusal}
          isOpen={refusal.id === open}
          to={refusal.id === open ? closed : addressWith(`/refused/${encodeURIComponent(refusal.id)}`, { ...filters })}
        />
      ))}
    </ul>
  );
}
