import { useEffect } from "react";
import { useLatest } from "../api/use-latest.ts";

/** Keys of a view by `KeyboardEvent.key`; two keys in turn are written `g l`. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const TURN_MS = 1_200;

/**
 * Hears keys while shown, but not those typed into a field, those with a modifier, or those for a dialog that lies over the
 * view; `Escape` also leaves a field.
 */
export function useKeys(keys: Keys): void {
  const latest = useLatest(keys);
  useEffect(() => {
    let before: { readonly key: string; readonly at: number } | undefined;
    const hear = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (document.querySelector("dialog[open], [popover]:popover-open") !== null) return;
      if (isTyped(event.target)) {
        if (event.key === "Escape") (event.target as HTMLElement).blur();
        return;
      }
      const isTurn = before !== undefined && event.timeStamp - before.at < TURN_MS;
      const action = (isTurn ? latest.current[`${before?.key} ${event.key}`] : undefined) ?? latest.current[event.key];
      before = { key: event.key, at: event.timeStamp };
      action?.(event);
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, [latest]);
}

function isTyped(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
