import { useEffect, useState } from "react";
import { useLatest } from "../api/use-latest.ts";

const POLL_MS = 300;

/** What all bulk jobs of the gateway have. */
export interface BulkJob {
  readonly id: string;
  readonly status: "running" | "done" | "cancelled";
  readonly total: number;
}

/** How a kind of job is started, looked at and stopped. */
export interface BulkCalls<Job extends BulkJob, Selection> {
  readonly start: (selection: Selection, rate: number) => Promise<Job>;
  readonly show: (id: string) => Promise<Job>;
  readonly cancel: (id: string) => Promise<Job>;
}

export interface BulkControl<Job extends BulkJob, Selection> {
  readonly job: Job | undefined;
  readonly fault: Error | undefined;
  /** Asked for, and not answered yet: what is meant may have to be looked for. */
  readonly isStarting: boolean;
  readonly start: (selection: Selection, rate: number) => void;
  readonly cancel: () => void;
  readonly dismiss: () => void;
}

/**
 * A bulk job: started, followed until it ends, stopped. It goes on in the gateway when the view is left. `onNews` is told
 * each time something was heard of it.
 */
export function useBulkJob<Job extends BulkJob, Selection>(
  calls: BulkCalls<Job, Selection>,
  onNews?: (job: Job) => void,
): BulkControl<Job, Selection> {
  const [job, setJob] = useState<Job>();
  const [fault, setFault] = useState<Error>();
  const [isStarting, setStarting] = useState(false);
  const hear = (now: Job): void => {
    setFault(undefined);
    setJob(now);
    onNews?.(now);
  };
  const latest = useLatest({ calls, hear });
  const take = async (asked: Promise<Job>): Promise<void> => {
    setFault(undefined);
    try {
      latest.current.hear(await asked);
    } catch (failure) {
      setFault(failure as Error);
    }
  };
  const id = job?.id;
  const isRunning = job?.status === "running";
  useEffect(() => {
    if (!isRunning || id === undefined) return undefined;
    let isFollowed = true;
    const follow = async (): Promise<void> => {
      const now = await latest.current.calls.show(id);
      if (isFollowed) latest.current.hear(now);
    };
    const timer = setInterval(() => {
      follow().catch((failure: unknown) => isFollowed && setFault(failure as Error));
    }, POLL_MS);
    return () => {
      isFollowed = false;
      clearInterval(timer);
    };
  }, [id, isRunning, latest]);
  return {
    job,
    fault,
    isStarting,
    start: (selection, rate) => {
      setStarting(true);
      void take(calls.start(selection, rate)).finally(() => setStarting(false));
    },
    cancel: () => id !== undefined && void take(calls.cancel(id)),
    dismiss: () => setJob(undefined),
  };
}
