/** What a page of changes tells a viewer: rows as they are now, in the order of the log. */
import type { Change, ChangePage, RunRowView } from "../../event-log/index.ts";
import type { StreamMessage } from "../contract/index.ts";
import { eventRowJson, refusalJson } from "./event-json.ts";
import type { HandlerInput } from "./handler.ts";
import { runRowsJson, type RunRowSource } from "./run-rows.ts";

export type StreamFilter = Omit<HandlerInput<"stream">["query"], "last_event_id">;

/** The messages of a page: rows as they are now, each once, under the sequence of its last change. */
export async function messagesOf(
  source: RunRowSource,
  { changes, gap, sequence }: ChangePage,
  filter: StreamFilter,
): Promise<readonly StreamMessage[]> {
  const { queries } = source;
  const last = lastOfEach(changes);
  const runs = await queries.runsById([...last.runs.keys()]);
  noteCopied(runs, last);
  const wantedRuns = runs.filter(({ run, eventType }) => isOf(filter, { tenant: run.tenant, event_type: eventType }));
  const events = await queries.eventsById([...last.events.keys()]);
  const refusals = await queries.refusalsById([...last.refusals.keys()]);
  const messages: StreamMessage[] = [
    ...events
      .map(eventRowJson)
      .filter((event) => wants(filter, event))
      .map((event) => ({ type: "event" as const, sequence: last.events.get(event.id) ?? sequence, event })),
    ...(await runRowsJson(source, wantedRuns)).map((run) => ({
      type: "run" as const,
      sequence: last.runs.get(run.id) ?? sequence,
      run,
    })),
    ...refusals
      .map(refusalJson)
      .filter((refusal) => isOf(filter, refusal) && takesRefusals(filter))
      .map((refusal) => ({ type: "refusal" as const, sequence: last.refusals.get(refusal.id) ?? sequence, refusal })),
  ];
  const ordered = messages.toSorted((a, b) => a.sequence - b.sequence);
  return gap ? [{ type: "gap", sequence: changes[0]?.sequence ?? sequence }, ...ordered] : ordered;
}

interface LastChanges {
  readonly events: Map<string, number>;
  readonly runs: Map<string, number>;
  readonly refusals: Map<string, number>;
}

/** A run that changed also changes its event's row. */
function lastOfEach(changes: readonly Change[]): LastChanges {
  const last: LastChanges = { events: new Map(), runs: new Map(), refusals: new Map() };
  for (const change of changes) {
    if (change.type === "refused") last.refusals.set(change.refusalId, change.sequence);
    else last.events.set(change.eventId, change.sequence);
    if (change.type === "run_changed") last.runs.set(change.runId, change.sequence);
  }
  return last;
}

/** An edited copy's run that succeeded changes the event of which it is a copy as well: what had failed there is done. */
function noteCopied(runs: readonly RunRowView[], last: LastChanges): void {
  for (const { run, status } of runs) {
    if (run.replayOf === undefined || run.replayOf === run.eventId || status !== "succeeded") continue;
    const sequence = last.runs.get(run.id) ?? 0;
    last.events.set(run.replayOf, Math.max(sequence, last.events.get(run.replayOf) ?? 0));
  }
}

function wants(filter: StreamFilter, event: ReturnType<typeof eventRowJson>): boolean {
  return (
    isOf(filter, event) &&
    (filter.status === undefined || event.status === filter.status) &&
    (filter.resolved === undefined || isResolved(event) === filter.resolved) &&
    (filter.verdict === undefined || event.verdict === filter.verdict) &&
    (filter.provider_type === undefined || event.provider_type === filter.provider_type) &&
    (filter.delivery_id === undefined || event.delivery_id === filter.delivery_id) &&
    (filter.flow === undefined || event.runs.some(({ flow }) => flow === filter.flow))
  );
}

/** Undefined: it has not failed. */
function isResolved({ status, resolved_by: by }: ReturnType<typeof eventRowJson>): boolean | undefined {
  return status === "failed" ? by !== null : undefined;
}

/** What a refused request cannot have, it cannot be asked for by. */
function takesRefusals({
  status = "refused",
  resolved,
  verdict,
  flow,
  provider_type,
  delivery_id,
}: StreamFilter): boolean {
  return (
    status === "refused" && [resolved, verdict, flow, provider_type, delivery_id].every((value) => value === undefined)
  );
}

function isOf(
  filter: StreamFilter,
  { tenant, event_type: type }: { readonly tenant: string; readonly event_type: string },
): boolean {
  return (
    (filter.tenant === undefined || tenant === filter.tenant) && (filter.type === undefined || type === filter.type)
  );
}
