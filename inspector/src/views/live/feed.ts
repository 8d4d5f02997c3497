/** The rows of the live view: stored events and refused requests in one list, newest first. Pure. */
import type { EventSummary, Refusal, StreamMessage } from "../../../../src/admin/contract/index.ts";
import { boundsOf, wantsEvents, wantsRefusals, type Filters } from "./live-filters.ts";

/** `at`: when it was stored, which of what was accepted later is long after its receipt. The gateway lists in this order. */
export type FeedRow =
  | { readonly kind: "event"; readonly id: string; readonly at: string; readonly event: EventSummary }
  | { readonly kind: "refusal"; readonly id: string; readonly at: string; readonly refusal: Refusal };

export function eventRow(event: EventSummary): FeedRow {
  return { kind: "event", id: event.id, at: event.accepted_from?.accepted_at ?? event.received_at, event };
}

export function refusalRow(refusal: Refusal): FeedRow {
  return { kind: "refusal", id: refusal.id, at: refusal.received_at, refusal };
}

/** The row that a change brings, if any. */
export function rowOf(message: StreamMessage): FeedRow | undefined {
  switch (message.type) {
    case "event":
      return eventRow(message.event);
    case "refusal":
      return refusalRow(message.refusal);
    case "run":
    case "gap":
      return undefined;
    default:
      return message satisfies never;
  }
}

/** Whether the filters let a row of the stream through. The text search is the server's: it sees headers and payloads. */
export function matches(filters: Filters, row: FeedRow, nowMs: number): boolean {
  const { tenant, event_type: type, received_at: receivedAt } = row.kind === "event" ? row.event : row.refusal;
  const { since = receivedAt, until = receivedAt } = boundsOf(filters, nowMs);
  if (receivedAt < since || receivedAt > until) return false;
  if ((filters.tenant ?? tenant) !== tenant || (filters.type ?? type) !== type) return false;
  return row.kind === "refusal" ? wantsRefusals(filters) : wantsEvents(filters) && matchesEvent(filters, row.event);
}

function matchesEvent(filters: Filters, event: EventSummary): boolean {
  const { verdict, status, resolved_by: by, runs, delivery_id: delivery, provider_type: provider } = event;
  return (
    (filters.verdict ?? verdict) === verdict &&
    (filters.status ?? status) === status &&
    (filters.resolved === undefined || (status === "failed" && filters.resolved === String(by !== null))) &&
    (filters.flow === undefined || runs.some(({ flow }) => flow === filters.flow)) &&
    (filters.delivery_id === undefined || filters.delivery_id === delivery) &&
    (filters.provider_type === undefined || filters.provider_type === provider)
  );
}

/**
 * Both lists in one, newest first; of a row that is in both, the newer form: that of `more`. `rows` are in order already,
 * which makes a few changes of a long list cheap.
 */
export function mergeRows(rows: readonly FeedRow[], more: readonly FeedRow[]): readonly FeedRow[] {
  if (more.length === 0) return rows;
  const newer = new Map(more.map((row) => [row.id, row]));
  const kept = rows.map((row) => {
    const changed = newer.get(row.id);
    newer.delete(row.id);
    return changed ?? row;
  });
  const added = [...newer.values()].sort(newestFirst);
  return added.length === 0 ? kept : inOrder(kept, added);
}

function inOrder(rows: readonly FeedRow[], added: readonly FeedRow[]): readonly FeedRow[] {
  const merged: FeedRow[] = [];
  let next = 0;
  for (const row of rows) {
    for (let one = added[next]; one !== undefined && newestFirst(one, row) < 0; one = added[++next]) merged.push(one);
    merged.push(row);
  }
  return [...merged, ...added.slice(next)];
}

/** For sorting: by time, and by id where the time is the same. */
export function newestFirst(a: Pick<FeedRow, "at" | "id">, b: Pick<FeedRow, "at" | "id">): number {
  return a.at === b.at ? compare(b.id, a.id) : compare(b.at, a.at);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

export interface FlowRuns {
  readonly flow: string;
  /** Of the newest run. */
  readonly status: EventSummary["runs"][number]["status"];
  readonly times: number;
}

/** Each flow once, however often it ran: runs come oldest first. */
export function byFlow(runs: EventSummary["runs"]): readonly FlowRuns[] {
  const flows = new Map<string, FlowRuns>();
  for (const { flow, status } of runs) flows.set(flow, { flow, status, times: (flows.get(flow)?.times ?? 0) + 1 });
  return [...flows.values()];
}
