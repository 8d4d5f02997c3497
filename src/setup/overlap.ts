/** How long a secret goes on once another has taken its place. */
import { parseDurationMs } from "../base/index.ts";

/** What is meant to go on longer is no overlap, and its end could not be said as a date. */
export const MAX_OVERLAP_MS = 3650 * 86_400_000;

/**
 * Reads `30m`, `24h`, `7d` as milliseconds; undefined when the text is none of these. A number without a unit is refused,
 * unlike elsewhere: who writes `24` does not mean that the provider has 24 ms to change its secret.
 */
export function parseOverlapMs(text: string): number | undefined {
  const overlapMs = parseDurationMs(text);
  return overlapMs === 0 || /[a-z]/.test(text) ? overlapMs : undefined;
}
