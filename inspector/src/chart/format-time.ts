/** Times on a chart's axis and in its readout, in the reader's time zone. Pure. */
import type { Language } from "../i18n/i18n.tsx";

const DAY_MS = 86_400_000;

/** "14:30" within two days, "24 Nov" beyond. */
export function tickTime(timeMs: number, spanMs: number, language: Language): string {
  return spanMs <= 2 * DAY_MS
    ? new Date(timeMs).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" })
    : new Date(timeMs).toLocaleDateString(language, { day: "numeric", month: "short" });
}

/** "24 Nov, 14:30" */
export function momentTime(timeMs: number, language: Language): string {
  return new Date(timeMs).toLocaleString(language, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
}
