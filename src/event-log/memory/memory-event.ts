/** An event as the memory log keeps it, and what is derived from it. */
import type { AnswerRecord, Envelope } from "../../event/index.ts";
import { deriveStatus } from "../derive-status.ts";
import type * as Port from "../event-log.ts";
import type { RunStory } from "../run-story.ts";

export interface MemoryEvent {
  readonly sequence: number;
  readonly envelope: Envelope;
  readonly refusedBecause?: string;
  readonly duplicateOf?: string;
  /** Neither refused nor a duplicate, and there was no flow for it when it came. */
  readonly cameUnmatched: boolean;
  answer?: AnswerRecord;
  readonly runs: RunStory[];
}

export function keyOf(envelope: Envelope, key: string): string {
  return `${envelope.tenant}\0${envelope.eventType}\0${key}`;
}

export function statusOf(event: MemoryEvent): Port.EventStatus {
  return deriveStatus(
    event,
    event.runs.map((run) => run.status),
  );
}

export function summaryOf(event: MemoryEvent): Port.EventSummary {
  const { envelope } = event;
  return {
    id: envelope.id,
    tenant: envelope.tenant,
    eventType: envelope.eventType,
    receivedAtMs: envelope.receivedAtMs,
    status: statusOf(event),
    verdict: envelope.verdict,
    ...(envelope.providerType !== undefined && { providerType: envelope.providerType }),
    ...(event.duplicateOf !== undefined && { duplicateOf: event.duplicateOf }),
    bodyBytes: envelope.rawBody.byteLength,
    ...(statusOf(event) === "failed" && resolutionOf(event.runs)),
    runs: event.runs.map((run) => ({ id: run.plan.id, flow: run.plan.flow, status: run.status })),
  };
}

export function matches(event: Port.EventSummary, filter: Port.EventFilter): boolean {
  return (
    (filter.tenant === undefined || event.tenant === filter.tenant) &&
    (filter.eventType === undefined || event.eventType === filter.eventType) &&
    (filter.status === undefined || event.status === filter.status) &&
    (filter.sinceMs === undefined || event.receivedAtMs >= filter.sinceMs)
  );
}

/** The newest resolution, when every failed run has one. */
function resolutionOf(runs: readonly RunStory[]): { readonly resolvedBy?: Port.RunResolution } {
  const failed = runs.filter(({ status }) => status === "failed");
  const by = failed.flatMap(({ resolvedBy }) => resolvedBy ?? []).toSorted((a, b) => a.atMs - b.atMs);
  const last = by.at(-1);
  return last === undefined || by.length < failed.length ? {} : { resolvedBy: last };
}
