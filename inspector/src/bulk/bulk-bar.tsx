import { useState, type ReactNode } from "react";
import { useTexts } from "../i18n/i18n.tsx";
import { FaultNote } from "../ui/loaded-view.tsx";
import { isOwnClick } from "../ui/own-click.ts";
import { bulkTexts } from "./bulk-texts.ts";
import type { BulkControl, BulkJob } from "./use-bulk-job.ts";
import "./bulk.css";

const DEFAULT_RATE = 20;
const MOST_RATE = 1000;

interface BulkBarProps<Job extends BulkJob, Selection> {
  readonly control: BulkControl<Job, Selection>;
  readonly words: BulkWords;
  /** How many are selected, in words. */
  readonly count: string;
  /** Undefined when nothing is. */
  readonly chosen: Selection | undefined;
  /** Everything that there is to do, where that is on offer. */
  readonly all: Selection | undefined;
  readonly children: (job: Job) => ReactNode;
}

export interface BulkWords {
  readonly act: string;
  readonly actOnAll: string;
  readonly rate: string;
}

/** Does something with what is chosen, at a rate that what is behind it can bear; shows how far it is, and stops on demand. */
export function BulkBar<Job extends BulkJob, Selection>(props: BulkBarProps<Job, Selection>) {
  const { control, words, count, chosen, all, children } = props;
  const { job, fault, isStarting, start } = control;
  const [rate, setRate] = useState(DEFAULT_RATE);
  const isReady = !isStarting && job?.status !== "running" && rate > 0 && rate <= MOST_RATE;
  return (
    <section className="card bulk-bar" aria-label={words.act}>
      <div className="operate-actions">
        <span>{count}</span>
        <RateField label={words.rate} rate={rate} change={setRate} />
        <button
          type="button"
          className="button primary"
          disabled={chosen === undefined || !isReady}
          onClick={(click) => chosen !== undefined && isOwnClick(click) && start(chosen, rate)}
        >
          {words.act}
        </button>
        {all !== undefined && (
          <button
            type="button"
            className="button"
            disabled={!isReady}
            onClick={(click) => isOwnClick(click) && start(all, rate)}
          >
            {words.actOnAll}
          </button>
        )}
      </div>
      {job && <div className="bulk-progress">{children(job)}</div>}
      {fault && <FaultNote fault={fault} />}
    </section>
  );
}

interface RateFieldProps {
  readonly label: string;
  readonly rate: number;
  readonly change: (rate: number) => void;
}

function RateField({ label, rate, change }: RateFieldProps) {
  const isGood = rate > 0 && rate <= MOST_RATE;
  return (
    <label className="bulk-rate">
      {label}
      <input
        type="number"
        min={1}
        max={MOST_RATE}
        value={Number.isNaN(rate) ? "" : rate}
        onChange={({ target }) => change(target.valueAsNumber)}
        aria-invalid={!isGood}
      />
    </label>
  );
}

interface BulkProgressProps {
  readonly job: BulkJob;
  readonly control: Pick<BulkControl<BulkJob, unknown>, "cancel" | "dismiss">;
  readonly state: string;
  readonly handled: number;
  /** What else is to be said in the same line. */
  readonly children?: ReactNode;
}

/** How far a job is, and the way to stop it or to put it away. */
export function BulkProgress({ job, control, state, handled, children }: BulkProgressProps) {
  const t = useTexts(bulkTexts);
  const isRunning = job.status === "running";
  return (
    <>
      <p role="status">
        <strong>{state}</strong> {t.progress(handled, job.total)}
        {children}
      </p>
      <progress max={job.total} value={handled} aria-label={state} />
      <button type="button" className="button" onClick={isRunning ? control.cancel : control.dismiss}>
        {isRunning ? t.cancel : t.dismiss}
      </button>
    </>
  );
}
