import { useSyncExternalStore } from "react";
import { exactTime, timeAgo } from "../i18n/format.ts";
import { useLanguage } from "../i18n/i18n.tsx";

let nowMs = Date.now();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all times on the page: they change together, once a second. */
function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const each of watchers) each();
  }, 1_000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** "12 s ago", with the exact time at hand. */
export function TimeAgo({ iso }: { readonly iso: string }) {
  const { language } = useLanguage();
  const now = useSyncExternalStore(watch, () => nowMs);
  return (
    <time dateTime={iso} title={exactTime(iso, language)}>
      {timeAgo(iso, Math.max(now, Date.parse(iso)), language)}
    </time>
  );
}

/** "in 12 min", with the exact time at hand; what is due is "now". */
export function TimeUntil({ iso }: { readonly iso: string }) {
  const { language } = useLanguage();
  const now = useSyncExternalStore(watch, () => nowMs);
  return (
    <time dateTime={iso} title={exactTime(iso, language)}>
      {timeAgo(iso, Math.min(now, Date.parse(iso)), language)}
    </time>
  );
}
