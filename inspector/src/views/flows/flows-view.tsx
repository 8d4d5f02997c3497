import type { FlowSummary } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { PeriodChoice, usePeriod } from "../../period/period-choice.tsx";
import { addressWith, Link, useAddress } from "../../shell/router.tsx";
import type { ViewProps } from "../../shell/routes.ts";
import { LoadedView } from "../../ui/loaded-view.tsx";
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
      <header className="operate-head">
        <div>
          <h1>{t.title}</h1>
        </div>
        <PeriodChoice period={period} />
      </header>
      <LoadedView loaded={loaded} reload={reload}>
        {({ items }) => {
          const chosen = chosenFlow(items, rest, tenant);
          if (items.length === 0) return <NoFlows />;
          return (
            <div className="flows">
              <FlowList flows={items} chosen={chosen} period={search.get("period") ?? undefined} />
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
  return (
    <nav className="card flow-list" aria-label={t.list}>
      {flows.map((flow) => (
        <Link
          key={keyOf(flow)}
          to={addressWith(`/flows/${encodeURIComponent(flow.name)}`, { tenant: flow.tenant ?? undefined, period })}
          aria-current={flow === chosen ? "page" : undefined}
        >
          <strong>{flow.name}</strong>
          <span className="quiet">
            {flow.tenant ?? t.everyTenant}, {t.nodes(flow.node_count)}
          </span>
        </Link>
      ))}
    </nav>
  );
}

function NoFlows() {
  const t = useTexts(flowsTexts);
  return (
    <div className="card operate-empty">
      <strong>{t.empty}</strong>
      <p className="quiet">{t.emptyHow}</p>
    </div>
  );
}
