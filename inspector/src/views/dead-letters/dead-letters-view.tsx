import { useState } from "react";
import type { RunSummary } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { OlderButton } from "../../paging/older-button.tsx";
import { usePages } from "../../paging/use-pages.ts";
import { addressWith, navigate, useAddress } from "../../shell/router.tsx";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { DeadLetterTable } from "./dead-letter-table.tsx";
import { deadLettersTexts } from "./dead-letters-texts.ts";
import { ReplayBar } from "./replay-bar.tsx";
import "../operate.css";
import "./dead-letters.css";

const LIMIT = 100;

/** Runs that failed for good: why, and all that are chosen once more. */
export default function DeadLettersView() {
  const t = useTexts(deadLettersTexts);
  const flow = useAddress().search.get("flow") ?? undefined;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { loaded, reload } = usePages(flow ?? "", (cursor, signal) =>
    call("listRuns", { query: { status: "failed", flow, cursor, limit: LIMIT }, ...(signal && { signal }) }),
  );
  return (
    <div className="operate">
      <header className="operate-head">
        <div>
          <h1>{t.title}</h1>
          <p className="quiet">{t.lead}</p>
        </div>
        <FlowFilter flow={flow} />
      </header>
      <LoadedView loaded={loaded} reload={reload}>
        {(pages) =>
          pages.items.length === 0 ? (
            <div className="card operate-empty">
              <strong>{flow === undefined ? t.empty : t.emptyFiltered}</strong>
            </div>
          ) : (
            <>
              <ReplayBar eventIds={chosenEvents(pages.items, chosen)} onDone={reload} />
              <DeadLetterTable runs={pages.items} chosen={chosen} choose={setChosen} />
              <OlderButton pages={pages} />
            </>
          )
        }
      </LoadedView>
    </div>
  );
}

/** One event is replayed once, however many of its runs were chosen; oldest first, as they came. */
function chosenEvents(runs: readonly RunSummary[], chosen: ReadonlySet<string>): readonly string[] {
  const events = runs.filter(({ id }) => chosen.has(id)).map(({ event_id: eventId }) => eventId);
  return [...new Set(events)].reverse();
}

function FlowFilter({ flow }: { readonly flow: string | undefined }) {
  const t = useTexts(deadLettersTexts);
  const { loaded } = useLoaded("flows", (signal) => call("listFlows", { signal }));
  const names = loaded.state === "ready" ? loaded.value.items.map(({ name }) => name) : [];
  const offered = [...new Set(flow === undefined ? names : [flow, ...names])].sort();
  return (
    <div className="operate-filters">
      <label>
        {t.flow}
        <select
          value={flow ?? ""}
          onChange={({ target }) => navigate(addressWith("/dead-letters", { flow: target.value }), { replace: true })}
        >
          <option value="">{t.everyFlow}</option>
          {offered.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </div>
  );
}
