/** Where values go on a chart's axes: round numbers for people. Pure. */

/**
 * From 0 to a round number at or above the greatest value, in steps of 1, 2 or 5 times a power of ten. There is no half
 * of a request: what is counted has whole steps.
 */
export function valueTicks(greatest: number, isWhole = false, atMost = 4): readonly number[] {
  if (!(greatest > 0)) return [0, 1];
  const rough = greatest / atMost;
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const step = isWhole ? Math.max(1, round) : round;
  const count = Math.ceil(greatest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => roundTo(index * step, step));
}

/** Without the dust of binary fractions: 0.30000000000000004 is no label. */
function roundTo(value: number, step: number): number {
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Number(value.toFixed(digits));
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const TIME_STEPS_MS = [
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  2 * DAY_MS,
  7 * DAY_MS,
];

/**
 * Round times of the reader's clock between two times, both in milliseconds since 1970.
 * `offsetMs` is what the reader's clock is ahead of UTC, so that "midnight" is the reader's.
 */
export function timeTicks(sinceMs: number, untilMs: number, atMost: number, offsetMs: number): readonly number[] {
  const span = untilMs - sinceMs;
  if (!(span > 0) || atMost < 1) return [];
  const fitting = TIME_STEPS_MS.find((step) => span / step <= atMost);
  const step = fitting ?? Math.ceil(span / atMost / (7 * DAY_MS)) * 7 * DAY_MS;
  const first = Math.ceil((sinceMs + offsetMs) / step) * step - offsetMs;
  const count = Math.max(0, Math.floor((untilMs - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}
