import { useMemo } from "react";
import type { EventDetail, RunDetail } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { prettyJson } from "../../api/json.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { Link, navigate } from "../../shell/router.tsx";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { eventTexts } from "./event-texts.ts";
import { diffLines, foldSame } from "./line-diff.ts";
import { runsOf } from "./related-events.ts";

interface ComparisonProps {
  readonly event: EventDetail;
  /** Its own id compares its first runs with its newest ones. */
  readonly otherId: string;
}

/** What differs between this event and another: what came, and what the runs did. */
export function Comparison({ event, otherId }: ComparisonProps) {
  const t = useTexts(eventTexts);
  const { loaded, reload } = useLoaded(otherId, (signal) => call("showEvent", { params: { id: otherId }, signal }));
  const isItself = otherId === event.id;
  return (
    <section className="card" aria-labelledby="comparison-title">
      <h2 id="comparison-title">
        {isItself ? (
          t.compareReplays
        ) : (
          <>
            {t.compareWith}{" "}
            <Link to={`/events/${otherId}`} className="mono">
              {otherId}
            </Link>
          </>
        )}
        <button type="button" className="button small" onClick={() => navigate(`/events/${event.id}`)}>
          {t.compareEnd}
        </button>
      </h2>
      <div className="card-body">
        <LoadedView loaded={loaded} reload={reload}>
          {(other) =>
            isItself ? (
              <Diff
                legend={t.runLegend}
                before={runsText(runsOf(event.run_details, "first"))}
                after={runsText(runsOf(other.run_details, "newest"))}
              />
            ) : (
              <>
                {(isMasked(event) || isMasked(other)) && <p className="quiet">{t.compareMasked}</p>}
                <h3>{t.request}</h3>
                <Diff legend={t.eventLegend} before={requestText(event)} after={requestText(other)} />
                <h3>{t.comparePayload}</h3>
                <Diff legend={t.eventLegend} before={bodyText(event)} after={bodyText(other)} />
                <h3>{t.compareRuns}</h3>
                <Diff
                  legend={t.eventLegend}
                  before={runsText(runsOf(event.run_details, "newest"))}
                  after={runsText(runsOf(other.run_details, "newest"))}
                />
              </>
            )
          }
        </LoadedView>
      </div>
    </section>
  );
}

interface DiffProps {
  /** What it means that a line is on one side alone. */
  readonly legend: { readonly removed: string; readonly added: string };
  readonly before: string;
  readonly after: string;
}

function Diff({ legend, before, after }: DiffProps) {
  const t = useTexts(eventTexts);
  const lines = useMemo(() => foldSame(diffLines(before, after)), [before, after]);
  if (before === after) return <p className="quiet">{t.same}</p>;
  const signs = { same: " ", removed: "−", added: "+", folded: "…" } as const;
  const names = { same: undefined, removed: legend.removed, added: legend.added, folded: undefined } as const;
  return (
    <>
      <p className="quiet diff-legend" aria-hidden="true">
        <span data-kind="removed">− {legend.removed}</span> <span data-kind="added">+ {legend.added}</span>
      </p>
      <pre className="code diff" tabIndex={0} role="group" aria-label={t.actions.compare}>
        {lines.map((line, index) => (
          // Lines have no name but their place.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index} data-kind={line.kind} title={names[line.kind]}>
            {signs[line.kind]} {line.kind === "folded" ? t.folded(line.count) : visibleText(line.text)}
          </div>
        ))}
      </pre>
    </>
  );
}

function isMasked({ headers, body }: EventDetail): boolean {
  return headers.some(({ masked }) => masked) || body.masked_paths.length > 0;
}

function requestText({ method, target, headers }: EventDetail): string {
  const lines = headers.map((field) => `${field.name}: ${field.masked ? `•••••••• (${field.length})` : field.value}`);
  return [`${method} ${target}`, ...lines.sort()].join("\n");
}

function bodyText({ body }: EventDetail): string {
  return body.payload === null ? (body.text ?? body.hex ?? "") : prettyJson(body.payload);
}

function runsText(runs: readonly RunDetail[]): string {
  return runs
    .flatMap((run) => [
      `${run.flow}: ${run.status}`,
      ...run.steps.flatMap((step) => [
        `  ${step.node}: ${step.status}${step.next === null ? "" : ` → ${step.next}`}`,
        ...(step.error === null ? [] : [`    ${step.error.code} ${step.error.message}`]),
        ...step.printed.map((line) => `    > ${line}`),
        ...prettyJson(step.output)
          .split("\n")
          .map((line) => `    ${line}`),
      ]),
    ])
    .join("\n");
}
