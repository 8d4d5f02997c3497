import { useRef } from "react";
import type { RunSummary } from "../../../../src/admin/contract/index.ts";
import { ChooseAll, toggled } from "../../bulk/choose-all.tsx";
import { useTexts } from "../../i18n/i18n.tsx";
import { useRowKeys } from "../../list/use-row-keys.ts";
import { addressWith, Link } from "../../shell/router.tsx";
import { Badge } from "../../ui/badge.tsx";
import { CodeFrame } from "../../ui/code-frame.tsx";
import { TimeAgo } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { deadLettersTexts } from "./dead-letters-texts.ts";

interface DeadLetterTableProps {
  readonly runs: readonly RunSummary[];
  /** Ids of runs. */
  readonly chosen: ReadonlySet<string>;
  readonly choose: (chosen: ReadonlySet<string>) => void;
}

export function DeadLetterTable({ runs, chosen, choose }: DeadLetterTableProps) {
  const t = useTexts(deadLettersTexts);
  const table = useRef<HTMLTableElement>(null);
  const open = runs.filter(({ resolved_by: by }) => by === null);
  const toggle = (id: string): void => choose(toggled(chosen, id));
  useRowKeys(table, {
    x: () => {
      const id = document.activeElement?.closest<HTMLElement>("[data-run]")?.dataset["run"];
      if (open.some((run) => run.id === id) && id !== undefined) toggle(id);
    },
  });
  return (
    <div className="card">
      <ChooseAll ids={open.map(({ id }) => id)} chosen={chosen} choose={choose} />
      <table className="operate-table dead-letters" ref={table}>
        <thead>
          <tr>
            <th scope="col" className="tight">
              <span className="visually-hidden">{t.chosen}</span>
            </th>
            <th scope="col">{t.event}</th>
            <th scope="col">{t.flow}</th>
            <th scope="col">{t.why}</th>
            <th scope="col" className="tight">
              {t.when}
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <DeadLetterRow key={run.id} run={run} isChosen={chosen.has(run.id)} toggle={() => toggle(run.id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface DeadLetterRowProps {
  readonly run: RunSummary;
  readonly isChosen: boolean;
  readonly toggle: () => void;
}

function DeadLetterRow({ run, isChosen, toggle }: DeadLetterRowProps) {
  const t = useTexts(deadLettersTexts);
  const { event_id: eventId, tenant, event_type: type, flow, error, resolved_by: by } = run;
  return (
    <tr data-row data-run={run.id} data-resolved={by !== null || undefined}>
      <td className="tight">
        <input
          type="checkbox"
          className="choose-one"
          checked={isChosen && by === null}
          disabled={by !== null}
          onChange={toggle}
          aria-label={t.select(`${tenant} / ${type}, ${flow}`)}
        />
      </td>
      <td data-label={t.event}>
        <Link to={`/events/${eventId}`}>
          {tenant} / {type}
        </Link>
      </td>
      <td data-label={t.flow}>
        <Link to={addressWith(`/flows/${encodeURIComponent(flow)}`, { tenant })}>{flow}</Link>
        <div className="quiet">{t.attempts(run.attempt)}</div>
      </td>
      <td data-label={t.why}>
        {by !== null && (
          <p>
            <Badge tone="good">{t.resolved}</Badge> <Link to={`/events/${by.event_id}`}>{t.showReplay}</Link>,{" "}
            <TimeAgo iso={by.at} />
          </p>
        )}
        <Why error={error} />
      </td>
      <td data-label={t.when} className="tight">
        <TimeAgo iso={run.ended_at ?? run.created_at} />
      </td>
    </tr>
  );
}

/** What a list does not say, as it might repeat a masked value. */
const WITHHELD = "•••";

function Why({ error }: { readonly error: RunSummary["error"] }) {
  const t = useTexts(deadLettersTexts);
  if (error === null) return <span className="quiet">{t.noReason}</span>;
  return (
    <>
      <strong>{error.message === WITHHELD ? t.withheld : visibleText(error.message)}</strong>
      <div className="quiet">
        {error.node !== null && (
          <>
            {t.step} {error.node},{" "}
          </>
        )}
        <code>{error.code}</code>, {error.retryable ? t.retryable : t.lasting}
      </div>
      {error.detail !== null && error.detail !== WITHHELD && (
        <details>
          <summary>{t.frame}</summary>
          <CodeFrame text={error.detail} />
        </details>
      )}
    </>
  );
}
