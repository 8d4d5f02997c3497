import type { Refusal } from "../../../../src/admin/contract/index.ts";

export interface RefusedFilters {
  readonly reason: string | undefined;
  readonly tenant: string | undefined;
  readonly type: string | undefined;
  readonly q: string | undefined;
}

/** The filters of a link. A search of one letter is none: it would match nearly everything. */
export function filtersOf(search: URLSearchParams): RefusedFilters {
  const valueOf = (key: string): string | undefined => search.get(key) || undefined;
  const q = valueOf("q");
  return {
    reason: valueOf("reason"),
    tenant: valueOf("tenant"),
    type: valueOf("type"),
    q: q !== undefined && q.length >= 2 ? q : undefined,
  };
}

/** Whether a request that was just refused belongs to the list; a text search is the server's to answer. */
export function fits(refusal: Pick<Refusal, "reason" | "tenant" | "event_type">, filters: RefusedFilters): boolean {
  const { reason = refusal.reason, tenant = refusal.tenant, type = refusal.event_type, q } = filters;
  return q === undefined && reason === refusal.reason && tenant === refusal.tenant && type === refusal.event_type;
}
