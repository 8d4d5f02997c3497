import type { EventDetail } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { prettyJson } from "../../api/json.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { Link, navigate } from "../../shell/router.tsx";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { eventTexts } from "./event-texts.ts";
import { diffLines } from "./line-diff.ts";

/** What differs between this event and another: payloads, and what the runs did. */
export function Comparison({ event, otherId }: { readonly event: EventDetail; readonly otherId: string }) {
  const t = useTexts(eventTexts);
  const { loaded, reload } = useLoaded(otherId, (signal) => call("showEvent", { params: { id: otherId }, signal }));
  return (
    <section className="card" aria-labelledby="comparison-title">
      <h2 id="comparison-title">
        {t.compareTitle} <Link to={`/events/${otherId}`}>{otherId}</Link>
        <button type="button" className="button small" onClick={() => navigate(`/events/${event.id}`)}>
          {t.compareEnd}
        </button>
      </h2>
      <div className="card-body">
        <LoadedView loaded={loaded} reload={reload}>
          {(other) => (
            <>
              <h3>{t.comparePayload}</h3>
              <Diff before={bodyText(event)} after={bodyText(other)} />
              <h3>{t.compareRuns}</h3>
              <Diff before={runsText(event)} after={runsText(other)} />
            </>
          )}
        </LoadedView>
      </div>
    </section>
  );
}

function Diff({ before, after }: { readonly before: string; readonly after: string }) {
  const t = useTexts(eventTexts);
  if (before === after) return <p className="quiet">{t.same}</p>;
  const signs = { same: " ", removed: "−", added: "+" } as const;
  const names = { same: "", removed: t.removed, added: t.added } as const;
  return (
    <pre className="code diff">
      {diffLines(before, after).map(({ kind, text }, index) => (
        // Lines have no name but their place.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} data-kind={kind} title={names[kind]}>
          {signs[kind]} {text}
        </div>
      ))}
    </pre>
  );
}

function bodyText({ body }: EventDetail): string {
  return body.payload === null ? (body.text ?? "") : prettyJson(body.payload);
}

function runsText({ run_details: runs }: EventDetail): string {
  return runs
    .flatMap((run) => [
      `${run.flow}: ${run.status}`,
      ...run.steps.flatMap((step) => [
        `  ${step.node}: ${step.status}${step.next === null ? "" : ` → ${step.next}`}`,
        ...prettyJson(step.output)
          .split("\n")
          .map((line) => `    ${line}`),
      ]),
    ])
    .join("\n");
}
