import { useState } from "react";
import type { FlowDetail, FlowStats, FlowSummary } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { FlowGraph } from "../../graph/flow-graph.tsx";
import { count, duration } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { boundsOf, periods, type PeriodName } from "../../period/period.ts";
import { addressWith, Link } from "../../shell/router.tsx";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { flowsTexts } from "./flows-texts.ts";
import { NodePanel } from "./node-panel.tsx";

interface FlowPanelProps {
  readonly flow: FlowSummary;
  readonly period: PeriodName;
}

/** One flow: what starts it, where it is written, its graph with the numbers of the period. */
export function FlowPanel({ flow, period }: FlowPanelProps) {
  const { name, hash } = flow;
  const tenant = flow.tenant ?? undefined;
  const detail = useLoaded(hash, (signal) => call("showFlow", { params: { name }, query: { tenant }, signal }));
  const loadStats = (signal: AbortSignal) =>
    call("flowStats", { params: { name }, query: { tenant, ...boundsOf(period, Date.now()) }, signal });
  const stats = useLoaded(`${hash} ${period}`, loadStats, periods[period].pollMs);
  const known = stats.loaded.state === "ready" ? stats.loaded.value : undefined;
  return (
    <div className="flow-panel">
      <FlowFacts flow={flow} stats={known} />
      <LoadedView {...detail}>{(loaded) => <FlowPicture flow={loaded} stats={known} />}</LoadedView>
    </div>
  );
}

function FlowFacts({ flow, stats }: { readonly flow: FlowSummary; readonly stats: FlowStats | undefined }) {
  const t = useTexts(flowsTexts);
  return (
    <section className="card flow-facts">
      <h2>
        {flow.name}
        {flow.version !== null && <span className="quiet"> {visibleText(flow.version)}</span>}
      </h2>
      <div className="pad">
        {flow.description !== null && <p>{visibleText(flow.description)}</p>}
        <dl>
          <dt>{t.triggers}</dt>
          <dd>
            {flow.triggers.length === 0 && t.noTrigger}
            {flow.triggers.map(({ type, event_type: eventType, target }) => (
              <span key={`${type} ${eventType ?? ""} ${target}`} className="badge">
                {eventType ?? t.byDefault}
              </span>
            ))}
          </dd>
          <dt>{t.file}</dt>
          <dd>
            <code>{visibleText(flow.file)}</code>
          </dd>
          <dt>{t.runs}</dt>
          <dd>{stats ? <RunNumbers flow={flow.name} stats={stats} /> : "…"}</dd>
        </dl>
      </div>
    </section>
  );
}

function RunNumbers({ flow, stats: { runs } }: { readonly flow: string; readonly stats: FlowStats }) {
  const t = useTexts(flowsTexts);
  const { language } = useLanguage();
  if (runs.succeeded + runs.failed === 0) return <span className="quiet">{t.never}</span>;
  return (
    <span className="run-numbers">
      <Link to={addressWith("/", { flow })}>{t.runsSucceeded(count(runs.succeeded, language))}</Link>
      {runs.failed > 0 && (
        <Link to={addressWith("/dead-letters", { flow, show: "all" })}>
          {t.runsFailed(count(runs.failed, language))}
        </Link>
      )}
      {runs.durations && (
        <span className="quiet">
          p50 {duration(runs.durations.p50_ms, language)}, p95 {duration(runs.durations.p95_ms, language)}, p99{" "}
          {duration(runs.durations.p99_ms, language)}
        </span>
      )}
    </span>
  );
}

function FlowPicture({ flow, stats }: { readonly flow: FlowDetail; readonly stats: FlowStats | undefined }) {
  const t = useTexts(flowsTexts);
  const [chosen, setChosen] = useState<string>();
  const node = flow.graph.nodes.find(({ id }) => id === chosen);
  return (
    <>
      <div className="flow-picture">
        <section className="card flow-canvas">
          <FlowGraph
            label={t.graph(flow.name)}
            graph={flow.graph}
            stats={stats?.nodes}
            selected={chosen}
            onSelect={(id) => setChosen(id === chosen ? undefined : id)}
          />
        </section>
        <NodePanel node={node} stats={stats?.nodes.find((one) => one.node === chosen)} />
      </div>
      <details className="card flow-text">
        <summary>{t.text}</summary>
        <pre className="pad">{visibleText(flow.text.replaceAll("\r\n", "\n"))}</pre>
      </details>
    </>
  );
}
