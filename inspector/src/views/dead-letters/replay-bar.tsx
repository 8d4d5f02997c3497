import { useState } from "react";
import type { ReplayJob } from "../../../../src/admin/contract/index.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { Link } from "../../shell/router.tsx";
import { FaultNote } from "../../ui/loaded-view.tsx";
import { deadLettersTexts } from "./dead-letters-texts.ts";
import { useReplayJob, type Selection } from "./use-replay-job.ts";

const DEFAULT_RATE = 20;
const MOST_RATE = 1000;

interface ReplayBarProps {
  readonly eventIds: readonly string[];
  /** All that are left to do, where the list shows only the newest of them. */
  readonly all: Selection | undefined;
}

/** Replays the chosen events at a rate that what is behind them can bear; shows how far it is, and stops on demand. */
export function ReplayBar({ eventIds, all }: ReplayBarProps) {
  const t = useTexts(deadLettersTexts);
  const [rate, setRate] = useState(DEFAULT_RATE);
  const { job, fault, start, cancel, dismiss } = useReplayJob();
  const isRunning = job?.status === "running";
  const isRateGood = rate > 0 && rate <= MOST_RATE;
  return (
    <section className="card replay-bar" aria-label={t.replay}>
      <div className="operate-actions">
        <span>{t.chosenCount(eventIds.length)}</span>
        <label className="replay-rate">
          {t.rate}
          <input
            type="number"
            min={1}
            max={MOST_RATE}
            value={Number.isNaN(rate) ? "" : rate}
            onChange={({ target }) => setRate(target.valueAsNumber)}
            aria-invalid={!isRateGood}
          />
        </label>
        <button
          type="button"
          className="button primary"
          disabled={eventIds.length === 0 || isRunning || !isRateGood}
          onClick={() => start({ event_ids: [...eventIds] }, rate)}
        >
          {t.replay}
        </button>
        {all && (
          <button type="button" className="button" disabled={isRunning || !isRateGood} onClick={() => start(all, rate)}>
            {t.replayAll}
          </button>
        )}
      </div>
      {job && <Progress job={job} cancel={cancel} dismiss={dismiss} />}
      {fault && <FaultNote fault={fault} />}
    </section>
  );
}

interface ProgressProps {
  readonly job: ReplayJob;
  readonly cancel: () => void;
  readonly dismiss: () => void;
}

function Progress({ job, cancel, dismiss }: ProgressProps) {
  const t = useTexts(deadLettersTexts);
  const { status, started, failed, total, failures } = job;
  const handled = started + failed;
  return (
    <div className="replay-progress">
      <p role="status">
        <strong>{t.states[status]}</strong> {t.progress(handled, total)}
        {failed > 0 && <span className="replay-failed"> {t.notStarted(failed)}</span>}
      </p>
      <progress max={total} value={handled} aria-label={t.states[status]} />
      {status === "running" ? (
        <button type="button" className="button" onClick={cancel}>
          {t.cancel}
        </button>
      ) : (
        <button type="button" className="button" onClick={dismiss}>
          {t.dismiss}
        </button>
      )}
      {failures.length > 0 && (
        <ul>
          {failures.map(({ event_id: eventId, message }) => (
            <li key={eventId}>
              <Link to={`/events/${eventId}`}>{eventId}</Link> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
