import { useCallback, useEffect, useState } from "react";
import { useLatest } from "./use-latest.ts";
import { useStreamOpened } from "./use-live.tsx";

/** What a view has of its data. `ready` stays on the screen while it is loaded anew, so that nothing jumps. */
export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly value: T }
  | { readonly state: "failed"; readonly fault: Error };

/**
 * Loads when `key` changes, and again on `reload` or every `pollMs`. Only the newest load counts; a failed poll leaves
 * the last value on the screen. What could not be loaded is loaded when the gateway is back.
 */
export function useLoaded<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  pollMs?: number,
): { readonly loaded: Loaded<T>; readonly reload: () => void } {
  const [kept, setKept] = useState<{ readonly key: string; readonly loaded: Loaded<T> }>();
  const [round, setRound] = useState(0);
  const latest = useLatest(load);
  useEffect(() => {
    const abort = new AbortController();
    const keep = (loaded: Loaded<T>): void => {
      if (!abort.signal.aborted)
        setKept((old) =>
          loaded.state === "failed" && old?.key === key && old.loaded.state === "ready" ? old : { key, loaded },
        );
    };
    latest.current(abort.signal).then(
      (value) => keep({ state: "ready", value }),
      (fault: unknown) => keep({ state: "failed", fault: fault instanceof Error ? fault : new Error(String(fault)) }),
    );
    return () => abort.abort();
    // A new round loads the same thing again.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key, round, latest]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  const loaded: Loaded<T> = kept?.key === key ? kept.loaded : { state: "loading" };
  useStreamOpened(() => loaded.state === "failed" && reload());
  useEffect(() => {
    if (pollMs === undefined) return undefined;
    const timer = setInterval(reload, pollMs);
    return () => clearInterval(timer);
  }, [pollMs, reload]);
  return { loaded, reload };
}
