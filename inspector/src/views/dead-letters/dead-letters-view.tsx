import { useState } from "react";
import type { RunSummary } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { SelectFilter } from "../../filters/filter-fields.tsx";
import { useTexts } from "../../i18n/i18n.tsx";
import { LiveList } from "../../paging/live-list.tsx";
import { useLivePages } from "../../paging/use-live-pages.ts";
import { addressWith, navigate, useAddress } from "../../shell/router.tsx";
import { EmptyCard } from "../../ui/empty-card.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import {
  filtersOf,
  newDeadLetter,
  updatedDeadLetter,
  type DeadLetterFilters,
  type Shown,
} from "./dead-letter-changes.ts";
import { DeadLetterTable } from "./dead-letter-table.tsx";
import { deadLettersTexts } from "./dead-letters-texts.ts";
import { ReplayBar } from "./replay-bar.tsx";
import "../operate.css";
import "./dead-letters.css";

const LIMIT = 100;
const RESOLVED: Readonly<Record<Shown, string | undefined>> = { left: "false", done: "true", all: undefined };

/** Runs that failed for good: why, and all that are chosen once more. */
export default function DeadLettersView() {
  const t = useTexts(deadLettersTexts);
  const filters = filtersOf(useAddress().search);
  const { flow, shown } = filters;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const list = useLivePages({
    key: `${shown} ${flow ?? ""}`,
    load: (cursor, signal) =>
      call("listRuns", {
        query: { status: "failed", resolved: RESOLVED[shown], flow, cursor, limit: LIMIT },
        ...(signal && { signal }),
      }),
    itemOf: (message) => newDeadLetter(message, filters),
    update: updatedDeadLetter,
  });
  const hasMore = shown !== "done" && list.loaded.state === "ready" && list.loaded.value.loadOlder !== undefined;
  const runs = list.loaded.state === "ready" ? list.loaded.value.items : [];
  return (
    <div className="operate">
      <PageHead title={t.title} lead={t.lead}>
        <DeadLetterFilterForm filters={filters} />
      </PageHead>
      {(runs.length > 0 || chosen.size > 0) && (
        <ReplayBar eventIds={chosenEvents(runs, chosen)} all={hasMore ? { dead_letters: { flow } } : undefined} />
      )}
      <LiveList
        list={list}
        empty={<EmptyCard title={flow === undefined ? t.empty[shown] : t.emptyFiltered} />}
        newOnes={t.newOnes}
      >
        {(items) => <DeadLetterTable runs={items} chosen={chosen} choose={setChosen} />}
      </LiveList>
    </div>
  );
}

/**
 * One event is replayed once, however many of its runs were chosen; oldest first, as they came. What a replay has done
 * meanwhile is not done again.
 */
function chosenEvents(runs: readonly RunSummary[], chosen: ReadonlySet<string>): readonly string[] {
  const events = runs.filter(({ id, resolved_by: by }) => by === null && chosen.has(id)).map((run) => run.event_id);
  return [...new Set(events)].reverse();
}

function DeadLetterFilterForm({ filters: { flow, shown } }: { readonly filters: DeadLetterFilters }) {
  const t = useTexts(deadLettersTexts);
  const { loaded } = useLoaded("flows", (signal) => call("listFlows", { signal }));
  const names = loaded.state === "ready" ? loaded.value.items.map(({ name }) => name) : [];
  const { left, ...others } = t.shown;
  const go = (values: Readonly<Record<string, string | undefined>>): void =>
    navigate(addressWith("/dead-letters", { flow, show: shown === "left" ? "" : shown, ...values }), { replace: true });
  return (
    <search className="filters">
      <SelectFilter
        label={t.show}
        value={shown === "left" ? undefined : shown}
        every={left}
        options={others}
        onChange={(show) => go({ show })}
      />
      <SelectFilter
        label={t.flow}
        value={flow}
        every={t.everyFlow}
        options={Object.fromEntries(names.sort().map((name) => [name, name]))}
        onChange={(name) => go({ flow: name })}
      />
    </search>
  );
}
