import { useState } from "react";
import type { RunDetail, RunError, Step } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { prettyJson } from "../../api/json.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { FlowGraph } from "../../graph/flow-graph.tsx";
import { duration } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { Link } from "../../shell/router.tsx";
import { Badge } from "../../ui/badge.tsx";
import { CodeFrame } from "../../ui/code-frame.tsx";
import { LongText } from "../../ui/long-text.tsx";
import { settingsText } from "../../ui/settings-text.ts";
import { stateTexts } from "../../ui/state-texts.ts";
import { TimeAgo, TimeUntil } from "../../ui/time.tsx";
import { runTones } from "../../ui/tones.ts";
import { visibleText } from "../../ui/visible-text.ts";
import { eventTexts } from "./event-texts.ts";
import { runAnchor } from "./run-link.tsx";

/** One run: the way through its flow, and its steps in time. */
export function RunCard({ run }: { readonly run: RunDetail }) {
  const t = useTexts(eventTexts);
  const states = useTexts(stateTexts);
  const { language } = useLanguage();
  const [selected, setSelected] = useState<string>();
  const { loaded } = useLoaded(`${run.tenant} ${run.flow} ${run.flow_hash}`, (signal) =>
    call("showFlow", { params: { name: run.flow }, query: { tenant: run.tenant, hash: run.flow_hash }, signal }),
  );
  const took = tookMs(run);
  return (
    <section
      className="card run"
      id={runAnchor(run.id)}
      tabIndex={-1}
      aria-label={`${run.flow} ${run.id}`}
      data-run={run.id}
    >
      <h2>
        {run.flow} <Badge tone={runTones[run.status]}>{states.runs[run.status]}</Badge>
        <span className="quiet run-facts">
          <TimeAgo iso={run.started_at ?? run.created_at} />
          {took !== undefined && <span>{duration(took, language)}</span>}
          {run.attempt > 1 && <span>{t.attempt(run.attempt)}</span>}
          {run.resume_at !== null && (
            <span>
              {t.nextTry} <TimeUntil iso={run.resume_at} />
            </span>
          )}
          {run.replay_of !== null && <ReplayOf run={run} />}
          {run.resolved_by !== null && (
            <Badge tone="good" title={states.resolvedWhy}>
              {states.resolved}
            </Badge>
          )}
        </span>
      </h2>
      <div className="card-body">
        {loaded.state === "ready" && (
          <FlowGraph
            label={t.way(run.flow)}
            graph={loaded.value.graph}
            taken={run.steps}
            selected={selected}
            onSelect={setSelected}
          />
        )}
        {run.error && (
          <ErrorNote
            error={run.error}
            isShort={run.steps.some(({ error }) => error !== null && error.detail === run.error?.detail)}
            isTriedAgain={run.status === "waiting"}
          />
        )}
        {run.outputs_left_out && <p className="quiet">{t.outputsLeftOut}</p>}
        {run.steps.length === 0 ? (
          <p className="quiet">{t.noSteps}</p>
        ) : (
          <ol className="steps" aria-label={t.steps}>
            {run.steps.map((step, index) => (
              <StepItem
                key={`${step.ordinal} ${step.attempt}`}
                step={step}
                isSelected={selected === step.node}
                isLast={index === run.steps.length - 1}
                before={total(run.steps.slice(0, index))}
                all={total(run.steps)}
                isBare={run.outputs_left_out}
              />
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}

interface StepItemProps {
  readonly step: Step;
  readonly isSelected: boolean;
  /** Of several tries that failed the last one is of interest. */
  readonly isLast: boolean;
  /** The time of the steps before it and of all steps together, for the places and lengths of the bars. */
  readonly before: number;
  readonly all: number;
  /** Its input and output were left out. */
  readonly isBare: boolean;
}

function StepItem({ step, isSelected, isLast, before, all, isBare }: StepItemProps) {
  const t = useTexts(eventTexts);
  const states = useTexts(stateTexts);
  const { language } = useLanguage();
  const mustOpen = isSelected || (isLast && step.status === "failed");
  const [isOpen, setOpen] = useState(mustOpen);
  const [was, setWas] = useState(mustOpen);
  if (was !== mustOpen) {
    setWas(mustOpen);
    setOpen(mustOpen);
  }
  return (
    <li className="step" data-tone={step.status === "failed" ? "bad" : "good"} data-selected={isSelected || undefined}>
      <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <b>{step.node}</b> <span className="quiet">{step.type}</span>
          <Badge tone={step.status === "failed" ? "bad" : "good"}>{states.runs[step.status]}</Badge>
          {step.attempt > 1 && <span className="quiet">{t.attempt(step.attempt)}</span>}
          <span className="step-times quiet">
            <span className="step-bar" aria-hidden="true">
              <span style={{ marginLeft: share(before, all), width: share(step.duration_ms, all) }} />
            </span>
            <span className="step-time">{duration(step.duration_ms, language)}</span>
            <span className="step-next">{step.next !== null && `→ ${step.next}`}</span>
          </span>
        </summary>
        {isOpen && <StepBody step={step} isBare={isBare} />}
      </details>
    </li>
  );
}

/** Made when it is looked at: inputs and outputs can be as large as a payload. */
function StepBody({ step, isBare }: Pick<StepItemProps, "step" | "isBare">) {
  const t = useTexts(eventTexts);
  return (
    <div className="step-body">
      {step.error && <ErrorNote error={step.error} />}
      {step.printed.length > 0 && <Value title={t.printed} text={step.printed.join("\n")} />}
      {!isBare && <Value title={t.input} text={prettyJson(step.input)} />}
      {!isBare && step.status === "succeeded" && <Value title={t.output} text={prettyJson(step.output)} />}
      <Value title={t.config} text={settingsText(step.config)} />
    </div>
  );
}

function Value({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <div className="value">
      <h3>{title}</h3>
      <LongText text={text} label={title} />
    </div>
  );
}

interface ErrorNoteProps {
  readonly error: RunError;
  /** Without the place in the file: the step below has it. */
  readonly isShort?: boolean;
  readonly isTriedAgain?: boolean;
}

function ErrorNote({ error, isShort = false, isTriedAgain = false }: ErrorNoteProps) {
  const t = useTexts(eventTexts);
  return (
    <div className="note" data-tone="bad">
      <p>
        <b>{error.code}</b> {visibleText(error.message)} {isTriedAgain && `(${t.retryable})`}
      </p>
      {error.detail !== null && !isShort && <CodeFrame text={error.detail} />}
    </div>
  );
}

function ReplayOf({ run: { replay_of: original, event_id: own } }: { readonly run: RunDetail }) {
  const t = useTexts(eventTexts);
  if (original === null || original === own) return <Badge tone="busy">{t.replay}</Badge>;
  return (
    <span>
      {t.fields.replayOf} <Link to={`/events/${original}`}>{original.slice(-8)}</Link>
    </span>
  );
}

/** Of a run that ended. Its times are whole milliseconds: of a short one the steps say more. */
function tookMs({ started_at: started, ended_at: ended, steps }: RunDetail): number | undefined {
  if (started === null || ended === null) return undefined;
  return Math.max(Date.parse(ended) - Date.parse(started), total(steps));
}

function share(part: number, all: number): string {
  return `${String((100 * part) / Math.max(all, 0.001))}%`;
}

function total(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + step.duration_ms, 0);
}
