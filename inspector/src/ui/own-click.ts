import type { MouseEvent } from "react";

/** Whether a click is one of its own: the second of a double click would do again what the first has just done. */
export function isOwnClick({ detail }: MouseEvent): boolean {
  return detail < 2;
}
