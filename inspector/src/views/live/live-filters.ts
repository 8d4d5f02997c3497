/** The filters of the live view: in the address, so that what is seen can be shared. Pure. */

/** Periods that end now. */
export const PERIODS_MS = { "15m": 900_000, "1h": 3_600_000, "24h": 86_400_000, "7d": 604_800_000 } as const;
export type LivePeriod = keyof typeof PERIODS_MS;

/** Those that are always in sight, and those behind "more". */
export const COMMON_FILTERS = ["q", "tenant", "type", "verdict", "status", "period"] as const;
export const MORE_FILTERS = ["resolved", "flow", "provider_type", "delivery_id", "since", "until"] as const;

export type FilterName = (typeof COMMON_FILTERS)[number] | (typeof MORE_FILTERS)[number];
export type Filters = Readonly<Partial<Record<FilterName, string>>>;

/** What the address asks for; times that are none and periods that nobody knows are left out. */
export function filtersOf(search: URLSearchParams): Filters {
  const asked = [...COMMON_FILTERS, ...MORE_FILTERS].flatMap((name) => {
    const value = search.get(name);
    return value === null || !isMeant(name, value) ? [] : [[name, value] as const];
  });
  return Object.fromEntries(asked);
}

function isMeant(name: FilterName, value: string): boolean {
  switch (name) {
    case "period":
      return Object.hasOwn(PERIODS_MS, value);
    case "since":
    case "until":
      return !Number.isNaN(Date.parse(value));
    case "resolved":
      return value === "true" || value === "false";
    case "q":
      return value.length >= 2;
    default:
      return value !== "";
  }
}

/** The filters with one changed. A period that ends now and one from and to a time exclude each other. */
export function withFilter(filters: Filters, name: FilterName, value: string): Filters {
  const { period: _period, since, until, ...rest } = filters;
  const isTime = name === "since" || name === "until";
  if (value !== "" && name === "period") return { ...rest, period: value };
  if (value !== "" && isTime) return { ...rest, ...(since && { since }), ...(until && { until }), [name]: value };
  const { [name]: _gone, ...others } = filters;
  return value === "" ? others : { ...others, [name]: value };
}

export interface Bounds {
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** From when to when, as the API takes it and rows are compared by it: ISO 8601 in UTC to the millisecond. */
export function boundsOf({ period, since, until }: Filters, nowMs: number): Bounds {
  const durationMs = PERIODS_MS[period as LivePeriod];
  if (durationMs !== undefined) return { since: new Date(nowMs - durationMs).toISOString(), until: undefined };
  return { since: utc(since), until: utc(until) };
}

function utc(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

/** Refused requests were never stored as events: they have no status, flow, delivery or provider to ask for. */
export function wantsRefusals({ verdict, status, resolved, flow, delivery_id, provider_type }: Filters): boolean {
  const isOpen = [status, resolved, flow, delivery_id, provider_type].every((value) => value === undefined);
  return isOpen && (verdict === undefined || verdict === "refused");
}

export function wantsEvents({ verdict }: Filters): boolean {
  return verdict !== "refused";
}
