import { useLayoutEffect, useRef, type RefObject } from "react";

/** The newest value of a render, for a listener or a timer that outlives it. */
export function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}
