/** The periods that Flows and Overview look at, from minutes to a month; each with buckets that a chart can show. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const periods = {
  "15m": { durationMs: 15 * MINUTE_MS, bucket: "1m", pollMs: 5_000 },
  "1h": { durationMs: HOUR_MS, bucket: "1m", pollMs: 5_000 },
  "6h": { durationMs: 6 * HOUR_MS, bucket: "5m", pollMs: 15_000 },
  "24h": { durationMs: DAY_MS, bucket: "15m", pollMs: 30_000 },
  "7d": { durationMs: 7 * DAY_MS, bucket: "1h", pollMs: 60_000 },
  "30d": { durationMs: 30 * DAY_MS, bucket: "6h", pollMs: 60_000 },
} as const;

export type PeriodName = keyof typeof periods;

export const periodNames = Object.keys(periods) as readonly PeriodName[];

/** The period of a link; a word that is none is the given one. */
export function periodNamed(name: string | undefined, otherwise: PeriodName): PeriodName {
  return periodNames.find((known) => known === name) ?? otherwise;
}

/** Its bounds as the API takes them, ending now. */
export function boundsOf(name: PeriodName, nowMs: number): { readonly since: string; readonly until: string } {
  return { since: new Date(nowMs - periods[name].durationMs).toISOString(), until: new Date(nowMs).toISOString() };
}
