import { useEffect, useState } from "react";
import type { ReplayJob } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";

const POLL_MS = 300;

/** Events by their ids, or those of all failed runs that are left to do. */
export type Selection =
  { readonly event_ids: string[] } | { readonly dead_letters: { readonly flow?: string | undefined } };

interface ReplayJobControl {
  readonly job: ReplayJob | undefined;
  readonly fault: Error | undefined;
  readonly start: (selection: Selection, rate: number) => void;
  readonly cancel: () => void;
  readonly dismiss: () => void;
}

/** A bulk replay: started, followed until it ends, stopped. It goes on in the gateway when the view is left. */
export function useReplayJob(): ReplayJobControl {
  const [job, setJob] = useState<ReplayJob>();
  const [fault, setFault] = useState<Error>();
  const take = (asked: Promise<ReplayJob>): void => {
    setFault(undefined);
    asked.then(setJob, (failure: unknown) => setFault(failure as Error));
  };
  const id = job?.id;
  const isRunning = job?.status === "running";
  useEffect(() => {
    if (!isRunning || id === undefined) return undefined;
    let isFollowed = true;
    const follow = async (): Promise<void> => {
      const now = await call("showReplayJob", { params: { id } });
      if (!isFollowed) return;
      setFault(undefined);
      setJob(now);
    };
    const timer = setInterval(() => {
      follow().catch((failure: unknown) => isFollowed && setFault(failure as Error));
    }, POLL_MS);
    return () => {
      isFollowed = false;
      clearInterval(timer);
    };
  }, [id, isRunning]);
  return {
    job,
    fault,
    start: (selection, rate) => take(call("startReplayJob", { body: { ...selection, rate } })),
    cancel: () => id !== undefined && take(call("cancelReplayJob", { params: { id } })),
    dismiss: () => setJob(undefined),
  };
}
