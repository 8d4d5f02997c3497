import type { FlowDetail, FlowStats } from "../../../../src/admin/contract/index.ts";
import { count, duration } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { settingsText } from "../../ui/settings-text.ts";
import { visibleText } from "../../ui/visible-text.ts";
import { flowsTexts } from "./flows-texts.ts";

interface NodePanelProps {
  readonly node: FlowDetail["graph"]["nodes"][number] | undefined;
  readonly stats: FlowStats["nodes"][number] | undefined;
}

/** The chosen step: its numbers over the period, where it went on to, and its settings. */
export function NodePanel({ node, stats }: NodePanelProps) {
  const t = useTexts(flowsTexts);
  if (node === undefined)
    return (
      <section className="card pad node-panel" aria-live="polite">
        <p className="quiet">{t.chooseStep}</p>
      </section>
    );
  return (
    <section className="card node-panel" aria-live="polite">
      <h2>
        {node.id} <span className="quiet">{node.type}</span>
      </h2>
      <div className="pad">
        {stats === undefined ? <p className="quiet">{t.never}</p> : <NodeNumbers stats={stats} />}
        <h3>{t.config}</h3>
        <pre>{visibleText(settingsText(node.config))}</pre>
      </div>
    </section>
  );
}

function NodeNumbers({ stats }: { readonly stats: FlowStats["nodes"][number] }) {
  const t = useTexts(flowsTexts);
  const { language } = useLanguage();
  const { succeeded, failed, durations, next } = stats;
  return (
    <dl>
      <dt>{t.succeeded}</dt>
      <dd>{count(succeeded, language)}</dd>
      <dt>{t.failed}</dt>
      <dd>{count(failed, language)}</dd>
      {durations !== null &&
        (["p50_ms", "p95_ms", "p99_ms"] as const).map((key) => (
          <PairOf key={key} name={key.slice(0, 3)} value={duration(durations[key], language)} />
        ))}
      {Object.entries(next).map(([to, times]) => (
        <PairOf key={to} name={`→ ${to}`} value={`${count(times, language)} ×`} />
      ))}
    </dl>
  );
}

function PairOf({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
