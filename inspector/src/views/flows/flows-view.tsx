import { useRef } from "react";
import type { FlowSummary } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { useRowKeys } from "../../list/use-row-keys.ts";
import { PeriodChoice, usePeriod } from "../../period/period-choice.tsx";
import { addressWith, Link, useAddress } from "../../shell/router.tsx";
import type { ViewProps } from "../../shell/routes.ts";
import { EmptyCard } from "../../ui/empty-card.tsx";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { Prose } from "../../ui/prose.tsx";
import { FlowPanel } from "./flow-panel.tsx";
import { flowsTexts } from "./flows-texts.ts";
import "../operate.css";
import "./flows.css";

const POLL_MS = 15_000;

/** The flows of the bundle, and one of them as a graph with its numbers. */
export default function FlowsView({ rest }: ViewProps) {
  const t = useTexts(flowsTexts);
  const period = usePeriod("24h");
  const { search } = useAddress();
  const tenant = search.get("tenant");
  const { loaded, reload } = useLoaded("flows", (signal) => call("listFlows", { signal }), POLL_MS);
  return (
    <div className="operate">
      <PageHead title={t.title} lead={t.lead}>
        <PeriodChoice period={period} />
      </PageHead>
      <LoadedView loaded={loaded} reload={reload}>
        {({ items }) => {
          const chosen = chosenFlow(items, rest, tenant);
          if (items.length === 0) {
            return (
              <EmptyCard title={t.empty}>
                <Prose text={t.emptyHow} />
              </EmptyCard>
            );
          }
          return (
            <div className="flows">
              <FlowList flows={items} chosen={chosen} period={search.get("period") ?? undefined} />
              {chosen === undefined && <EmptyCard title={t.unknown(rest)}>{t.unknownHow}</EmptyCard>}
              {chosen && <FlowPanel key={keyOf(chosen)} flow={chosen} period={period} />}
            </div>
          );
        }}
      </LoadedView>
    </div>
  );
}

/** The flow of the address, or the first one. */
function chosenFlow(flows: readonly FlowSummary[], name: string, tenant: string | null): FlowSummary | undefined {
  if (name === "") return flows[0];
  return flows.find((flow) => flow.name === name && flow.tenant === tenant) ?? flows.find((flow) => flow.name === name);
}

const keyOf = ({ name, tenant }: FlowSummary): string => `${tenant ?? ""}/${name}`;

interface FlowListProps {
  readonly flows: readonly FlowSummary[];
  readonly chosen: FlowSummary | undefined;
  readonly period: string | undefined;
}

function FlowList({ flows, chosen, period }: FlowListProps) {
  const t = useTexts(flowsTexts);
  const list = useRef<HTMLElement>(null);
  useRowKeys(list);
  return (
    <nav className="card flow-list" aria-label={t.list} ref={list}>
      {flows.map((flow) => (
        <div key={keyOf(flow)} data-row>
          <Link
            to={addressWith(`/flows/${encodeURIComponent(flow.name)}`, { tenant: flow.tenant ?? undefined, period })}
            aria-current={flow === chosen ? "page" : undefined}
          >
            <strong>{flow.name}</strong>
            <span className="quiet">
              {flow.tenant ?? t.everyTenant}, {t.nodes(flow.node_count)}
            </span>
          </Link>
        </div>
      ))}
    </nav>
  );
}
