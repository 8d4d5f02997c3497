/**
 * Bulk replays: many events, one after the other at a rate, with progress, until done or cancelled. They live in memory:
 * what was replayed is in the log, and a job that a restart ended is seen there as runs with `replay_of`.
 *
 * Invariants: at most `MAX_RUNNING` jobs run and `MAX_KEPT` are remembered; one event that cannot be replayed does not end
 * a job; each event of a job is replayed at most once.
 */
import { GtcError, messageOf, type Clock } from "../base/index.ts";
import type { ReplayJob } from "./contract/index.ts";

const MAX_RUNNING = 2;
const MAX_KEPT = 20;
const MAX_FAILURES = 100;

export interface ReplayJobsOptions {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly replay: (eventId: string) => Promise<unknown>;
}

interface Job {
  readonly id: string;
  readonly rate: number;
  readonly createdAtMs: number;
  readonly failures: { readonly event_id: string; readonly message: string }[];
  readonly wake: AbortController;
  total: number;
  started: number;
  failed: number;
  status: ReplayJob["status"];
}

export class ReplayJobs implements Disposable {
  readonly #options: ReplayJobsOptions;
  readonly #jobs = new Map<string, Job>();

  constructor(options: ReplayJobsOptions) {
    this.#options = options;
  }

  /** Starts a job. @throws GtcError GTC_TOO_MANY_JOBS. */
  start(eventIds: readonly string[], rate: number): ReplayJob {
    const running = [...this.#jobs.values()].filter(({ status }) => status === "running");
    if (running.length >= MAX_RUNNING) throw new GtcError("GTC_TOO_MANY_JOBS", { count: running.length });
    const job: Job = {
      id: this.#options.newId(),
      rate,
      createdAtMs: this.#options.clock.now(),
      failures: [],
      wake: new AbortController(),
      total: eventIds.length,
      started: 0,
      failed: 0,
      status: "running",
    };
    this.#jobs.set(job.id, job);
    this.#forgetOldest();
    void this.#run(job, [...new Set(eventIds)]);
    return shown(job);
  }

  show(id: string): ReplayJob | undefined {
    const job = this.#jobs.get(id);
    return job && shown(job);
  }

  /** Stops a job; what it started goes on. */
  cancel(id: string): ReplayJob | undefined {
    const job = this.#jobs.get(id);
    if (job?.status === "running") {
      job.status = "cancelled";
      job.wake.abort();
    }
    return job && shown(job);
  }

  [Symbol.dispose](): void {
    for (const id of this.#jobs.keys()) this.cancel(id);
  }

  async #run(job: Job, eventIds: readonly string[]): Promise<void> {
    const { clock, replay } = this.#options;
    job.total = eventIds.length;
    const startedAt = clock.monotonic();
    for (const [index, eventId] of eventIds.entries()) {
      await pause(startedAt + (index * 1000) / job.rate - clock.monotonic(), job.wake.signal);
      if (job.status !== "running") return;
      try {
        await replay(eventId);
        job.started += 1;
      } catch (fault) {
        job.failed += 1;
        if (job.failures.length < MAX_FAILURES) job.failures.push({ event_id: eventId, message: messageOf(fault) });
      }
    }
    if (job.status === "running") job.status = "done";
  }

  #forgetOldest(): void {
    for (const [id, job] of this.#jobs) {
      if (this.#jobs.size <= MAX_KEPT) return;
      if (job.status !== "running") this.#jobs.delete(id);
    }
  }
}

function pause(timeMs: number, signal: AbortSignal): Promise<void> {
  if (timeMs <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, timeMs);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}

function shown({ wake: _wake, createdAtMs, failures, ...job }: Job): ReplayJob {
  return { ...job, failures: [...failures], created_at: new Date(createdAtMs).toISOString() };
}
