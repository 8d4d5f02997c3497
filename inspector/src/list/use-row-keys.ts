/**
 * The keyboard in lists. j and k walk the rows: elements with `data-row` inside the list, whose first link or button takes
 * the focus, so that Enter opens it as it opens every link. Escape lets go of the row.
 */
import type { RefObject } from "react";
import { useKeys, type Keys } from "../shell/keyboard.ts";

export function useRowKeys(list: RefObject<HTMLElement | null>, more: Keys = {}): void {
  const step = (by: number): void => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[here < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, here + by))];
    if (row === undefined) return;
    row.querySelector<HTMLElement>("a[href], button")?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  useKeys({ j: () => step(1), k: () => step(-1), Escape: letGo, ...more });
}

/** Takes the focus off a row. */
export function letGo(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
