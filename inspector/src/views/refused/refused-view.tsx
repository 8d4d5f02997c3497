import { useState } from "react";
import type { Refusal } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useLive } from "../../api/use-live.tsx";
import { useTexts } from "../../i18n/i18n.tsx";
import { OlderButton } from "../../paging/older-button.tsx";
import { usePages } from "../../paging/use-pages.ts";
import { addressWith, useAddress } from "../../shell/router.tsx";
import type { ViewProps } from "../../shell/routes.ts";
import { LoadedView } from "../../ui/loaded-view.tsx";
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
  const key = addressWith("", { ...filters });
  const { loaded, reload } = usePages(key, (cursor, signal) =>
    call("listRefused", { query: { ...filters, cursor, limit: LIMIT }, ...(signal && { signal }) }),
  );
  const [fresh, setFresh] = useState(0);
  const isEmpty = loaded.state === "ready" && loaded.value.items.length === 0;
  const show = (): void => {
    setFresh(0);
    reload();
  };
  useLive((message) => {
    if (message.type !== "refusal" || !fits(message.refusal, filters)) return;
    if (isEmpty) show();
    else setFresh((count) => count + 1);
  });
  return (
    <div className="operate">
      <header className="operate-head">
        <div>
          <h1>{t.title}</h1>
          <p className="quiet">{t.lead}</p>
        </div>
      </header>
      <div className="operate-head">
        <RefusedFilterBar filters={filters} />
        <p className="fresh" role="status">
          {fresh > 0 && (
            <button type="button" className="button" onClick={show}>
              {t.newOnes(fresh)}
            </button>
          )}
        </p>
      </div>
      <LoadedView loaded={loaded} reload={reload}>
        {(pages) => (
          <>
            <RefusedList refusals={pages.items} filters={filters} open={rest} />
            <OlderButton pages={pages} />
          </>
        )}
      </LoadedView>
    </div>
  );
}

interface RefusedListProps {
  readonly refusals: readonly Refusal[];
  readonly filters: RefusedFilters;
  readonly open: string;
}

function RefusedList({ refusals, filters, open }: RefusedListProps) {
  const t = useTexts(refusedTexts);
  if (refusals.length === 0)
    return (
      <div className="card operate-empty">
        <strong>{Object.values(filters).some((value) => value !== undefined) ? t.emptyFiltered : t.empty}</strong>
      </div>
    );
  return (
    <ul className="card refusals">
      {refusals.map((refusal) => (
        <RefusedRow
          key={refusal.id}
          refusal={refusal}
          isOpen={refusal.id === open}
          to={addressWith(refusal.id === open ? "/refused" : `/refused/${encodeURIComponent(refusal.id)}`, {
            ...filters,
          })}
        />
      ))}
    </ul>
  );
}
