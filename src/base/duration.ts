/**
 * Durations as people write them in bundles (`30s`, `1h30m`, `250ms`) and as programs count them: milliseconds.
 */
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A timer of node that is set for longer fires at once: about 24 days. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Longer than any duration that somebody means. */
const MAX_TEXT_LENGTH = 100;

/**
 * Reads `250ms`, `10s`, `1h30m`; a bare number counts milliseconds. Returns `undefined` when the text is not a
 * duration, so that the caller can say where it stood.
 */
export function parseDurationMs(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Math.round(Number(trimmed));
  if (trimmed.length > MAX_TEXT_LENGTH || !/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(trimmed)) return undefined;
  let totalMs = 0;
  for (const part of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) totalMs += Number(part[1]) * UNIT_MS[part[2]!]!;
  return Math.round(totalMs);
}

/** Prints milliseconds for people: `850 ms`, `1.2 s`, `3 min`, `2 h`, `5 d`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1) return `${durationMs.toFixed(1)} ms`;
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${Number((durationMs / 1000).toFixed(1))} s`;
  if (durationMs < 3_600_000) return `${Math.round(durationMs / 60_000)} min`;
  if (durationMs < 86_400_000 * 2) return `${Math.round(durationMs / 3_600_000)} h`;
  return `${Math.round(durationMs / 86_400_000)} d`;
}
