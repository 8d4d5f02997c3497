/** The rows of the live view: stored events and refused requests in one list, newest first. Pure. */
import type { EventSummary, Refusal, StreamMessage } from "../../../../src/admin/contract/index.ts";

export type FeedRow =
  | { readonly kind: "event"; readonly id: string; readonly at: string; readonly event: EventSummary }
  | { readonly kind: "refusal"; readonly id: string; readonly at: string; readonly refusal: Refusal };

export const FILTER_NAMES = [
  "q",
  "tenant",
  "type",
  "verdict",
  "status",
  "flow",
  "delivery_id",
  "provider_type",
] as const;
export type FilterName = (typeof FILTER_NAMES)[number];
export type Filters = Readonly<Partial<Record<FilterName, string>>>;

/** What the address asks for. */
export function filtersOf(search: URLSearchParams): Filters {
  return Object.fromEntries(
    FILTER_NAMES.flatMap((name) => {
      const value = search.get(name);
      return value === null || value === "" ? [] : [[name, value]];
    }),
  );
}

export function eventRow(event: EventSummary): FeedRow {
  return { kind: "event", id: event.id, at: event.received_at, event };
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

/** Refused requests were never stored as events: they have no status, flow, delivery or provider to ask for. */
export function wantsRefusals({ verdict, status, flow, delivery_id, provider_type }: Filters): boolean {
  const isOpen = [status, flow, delivery_id, provider_type].every((value) => value === undefined);
  return isOpen && (verdict === undefined || verdict === "refused");
}

export function wantsEvents({ verdict }: Filters): boolean {
  return verdict !== "refused";
}

/** Whether the filters let a row of the stream through. The text search is the server's: it sees headers and payloads. */
export function matches(filters: Filters, row: FeedRow): boolean {
  const { tenant, event_type: type } = row.kind === "event" ? row.event : row.refusal;
  if ((filters.tenant ?? tenant) !== tenant || (filters.type ?? type) !== type) return false;
  if (row.kind === "refusal") return wantsRefusals(filters);
  const { verdict, status, runs, delivery_id: delivery, provider_type: provider } = row.event;
  return (
    (filters.verdict ?? verdict) === verdict &&
    (filters.status ?? status) === status &&
    (filters.flow === undefined || runs.some(({ flow }) => flow === filters.flow)) &&
    (filters.delivery_id === undefined || filters.delivery_id === delivery) &&
    (filters.provider_type === undefined || filters.provider_type === provider)
  );
}

/** Both lists in one, newest first; of a row that is in both, the newer form: that of `more`. */
export function mergeRows(rows: readonly FeedRow[], more: readonly FeedRow[]): readonly FeedRow[] {
  if (more.length === 0) return rows;
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of more) byId.set(row.id, row);
  return [...byId.values()].sort((a, b) => (a.at === b.at ? compare(b.id, a.id) : compare(b.at, a.at)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
