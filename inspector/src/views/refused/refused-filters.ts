import type { Refusal } from "../../../../src/admin/contract/index.ts";

const NAMES = ["q", "reason", "tenant", "type", "since", "until", "accepted"] as const;
export type RefusedFilterName = (typeof NAMES)[number];

export type RefusedFilters = Readonly<Partial<Record<RefusedFilterName, string>>>;

/** The filters of a link; what is none is left out: a search of one letter, a time that is no time. */
export function filtersOf(search: URLSearchParams): RefusedFilters {
  const asked = NAMES.flatMap((name) => {
    const value = search.get(name);
    return value === null || !isMeant(name, value) ? [] : [[name, value] as const];
  });
  return Object.fromEntries(asked);
}

function isMeant(name: RefusedFilterName, value: string): boolean {
  switch (name) {
    case "q":
      return value.length >= 2;
    case "since":
    case "until":
      return !Number.isNaN(Date.parse(value));
    case "accepted":
      return value === "true" || value === "false";
    case "reason":
    case "tenant":
    case "type":
      return value !== "";
    default:
      return name satisfies never;
  }
}

/** The filters as the API takes them: times in UTC. */
export function queryOf({ since, until, ...rest }: RefusedFilters): RefusedFilters {
  return { ...rest, ...(since && { since: utc(since) }), ...(until && { until: utc(until) }) };
}

function utc(time: string): string {
  return new Date(time).toISOString();
}

type Filtered = Pick<Refusal, "reason" | "tenant" | "event_type" | "received_at" | "accepted_as">;

/** Whether a request that was just refused belongs to the list; a text search is the server's to answer. */
export function fits(refusal: Filtered, filters: RefusedFilters): boolean {
  const { reason = refusal.reason, tenant = refusal.tenant, type = refusal.event_type, q, since, until } = filters;
  if (q !== undefined || reason !== refusal.reason || tenant !== refusal.tenant || type !== refusal.event_type)
    return false;
  const isAccepted = String(refusal.accepted_as !== null);
  const at = Date.parse(refusal.received_at);
  return (
    (filters.accepted ?? isAccepted) === isAccepted &&
    (since === undefined || at >= Date.parse(since)) &&
    (until === undefined || at < Date.parse(until))
  );
}
