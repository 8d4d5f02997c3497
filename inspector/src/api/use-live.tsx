import { createContext, use, useEffect, useRef, useSyncExternalStore } from "react";
import type { StreamMessage } from "../../../src/admin/contract/index.ts";
import type { LiveStream, StreamState } from "./live-stream.ts";

export const LiveContext = createContext<LiveStream | undefined>(undefined);

function useStream(): LiveStream {
  const stream = use(LiveContext);
  if (stream === undefined) throw new Error("no stream of changes around this view");
  return stream;
}

/** Hears every change while the view is shown. */
export function useLive(listener: (message: StreamMessage) => void): void {
  const stream = useStream();
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => stream.listen((message) => latest.current(message)), [stream]);
}

/** Whether changes arrive. */
export function useStreamState(): StreamState {
  const stream = useStream();
  return useSyncExternalStore(stream.watch, () => stream.state);
}
