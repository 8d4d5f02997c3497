import { createContext, use, useEffect, useSyncExternalStore } from "react";
import type { StreamMessage } from "../../../src/admin/contract/index.ts";
import type { LiveStream, StreamState } from "./live-stream.ts";
import { useLatest } from "./use-latest.ts";

export const LiveContext = createContext<LiveStream | undefined>(undefined);

function useStream(): LiveStream {
  const stream = use(LiveContext);
  if (stream === undefined) throw new Error("no stream of changes around this view");
  return stream;
}

/** Hears every change while the view is shown. */
export function useLive(listener: (message: StreamMessage) => void): void {
  const stream = useStream();
  const latest = useLatest(listener);
  useEffect(() => stream.listen((message) => latest.current(message)), [stream, latest]);
}

/** Hears when changes arrive again while the view is shown: the gateway is back. */
export function useStreamOpened(listener: () => void): void {
  const stream = useStream();
  const latest = useLatest(listener);
  useEffect(() => stream.watch(() => stream.state === "open" && latest.current()), [stream, latest]);
}

/** Whether changes arrive. */
export function useStreamState(): StreamState {
  const stream = useStream();
  return useSyncExternalStore(stream.watch, () => stream.state);
}
