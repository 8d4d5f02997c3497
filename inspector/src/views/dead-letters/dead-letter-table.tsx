import type { RunSummary } from "../../../../src/admin/contract/index.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { addressWith, Link } from "../../shell/router.tsx";
import { TimeAgo } from "../../ui/time.tsx";
import { deadLettersTexts } from "./dead-letters-texts.ts";

interface DeadLetterTableProps {
  readonly runs: readonly RunSummary[];
  /** Ids of runs. */
  readonly chosen: ReadonlySet<string>;
  readonly choose: (chosen: ReadonlySet<string>) => void;
}

export function DeadLetterTable({ runs, chosen, choose }: DeadLetterTableProps) {
  const t = useTexts(deadLettersTexts);
  const areAllChosen = runs.every(({ id }) => chosen.has(id));
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    choose(next);
  };
  return (
    <div className="card">
      <label className="choose-all">
        <input
          type="checkbox"
          checked={areAllChosen}
          onChange={() => choose(new Set(areAllChosen ? [] : runs.map(({ id }) => id)))}
        />
        {t.selectAll}
      </label>
      <table className="operate-table dead-letters">
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
  const { event_id: eventId, tenant, event_type: type, flow, error } = run;
  return (
    <tr data-run={run.id}>
      <td className="tight">
        <input
          type="checkbox"
          checked={isChosen}
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
        <Why error={error} />
      </td>
      <td data-label={t.when} className="tight">
        <TimeAgo iso={run.ended_at ?? run.created_at} />
      </td>
    </tr>
  );
}

function Why({ error }: { readonly error: RunSummary["error"] }) {
  const t = useTexts(deadLettersTexts);
  if (error === null) return <span className="quiet">{t.noReason}</span>;
  return (
    <>
      <strong>{error.message}</strong>
      <div className="quiet">
        {error.node !== null && (
          <>
            {t.step} {error.node},{" "}
          </>
        )}
        <code>{error.code}</code>, {error.retryable ? t.retryable : t.lasting}
      </div>
      {error.detail !== null && <pre>{error.detail}</pre>}
    </>
  );
}
