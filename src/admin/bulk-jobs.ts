/**
 * Bulk jobs: much of one kind, one after the other at a rate, with progress, until done or cancelled. They live in
 * memory: what was done is in the log, and what a restart left is begun again.
 *
 * Invariants: at most `MAX_RUNNING` jobs run and `MAX_KEPT` are remembered; one item that fails does not end a job; each
 * item of a job is taken at most once.
 */
import { GtcError, LONGEST_TIMER_MS, messageOf, type Clock } from "../base/index.ts";

const MAX_RUNNING = 2;
const MAX_KEPT = 20;
const MAX_FAILURES = 100;
/** How much of a delay is made up for: a timer's, but not that of a machine that slept. */
const MOST_LATE_MS = 100;

export interface BulkJobsOptions<Tally> {
  readonly clock: Clock;
  readonly newId: () => string;
  /** What a new job has done: the work counts it there. */
  readonly tally: () => Tally;
}

/** What a job is to do with each id. */
export type Work<Tally> = (id: string, tally: Tally) => Promise<void>;

export interface JobView<Tally> {
  readonly id: string;
  readonly rate: number;
  readonly createdAtMs: number;
  readonly status: "running" | "done" | "cancelled";
  readonly total: number;
  readonly failed: number;
  /** The first that failed. */
  readonly failures: readonly { readonly id: string; readonly message: string }[];
  readonly tally: Tally;
}

interface Job<Tally> extends JobView<Tally> {
  readonly wake: AbortController;
  readonly failures: { readonly id: string; readonly message: string }[];
  failed: number;
  status: JobView<Tally>["status"];
}

export class BulkJobs<Tally> implements Disposable {
  readonly #options: BulkJobsOptions<Tally>;
  readonly #jobs = new Map<string, Job<Tally>>();

  constructor(options: BulkJobsOptions<Tally>) {
    this.#options = options;
  }

  /** Starts a job; `rate` is how many a second. @throws GtcError GTC_TOO_MANY_JOBS. */
  start(ids: readonly string[], rate: number, work: Work<Tally>): JobView<Tally> {
    const running = [...this.#jobs.values()].filter(({ status }) => status === "running");
    if (running.length >= MAX_RUNNING) throw new GtcError("GTC_TOO_MANY_JOBS", { count: running.length });
    const each = [...new Set(ids)];
    const job: Job<Tally> = {
      id: this.#options.newId(),
      rate,
      createdAtMs: this.#options.clock.now(),
      failures: [],
      wake: new AbortController(),
      total: each.length,
      failed: 0,
      status: "running",
      tally: this.#options.tally(),
    };
    this.#jobs.set(job.id, job);
    this.#forgetOldest();
    void this.#run(job, each, work);
    return job;
  }

  show(id: string): JobView<Tally> | undefined {
    return this.#jobs.get(id);
  }

  /** Stops a job; what it started goes on. */
  cancel(id: string): JobView<Tally> | undefined {
    const job = this.#jobs.get(id);
    if (job?.status === "running") {
      job.status = "cancelled";
      job.wake.abort();
    }
    return job;
  }

  [Symbol.dispose](): void {
    for (const id of this.#jobs.keys()) this.cancel(id);
  }

  async #run(job: Job<Tally>, ids: readonly string[], work: Work<Tally>): Promise<void> {
    const { clock } = this.#options;
    let dueAt = clock.monotonic();
    for (const id of ids) {
      await pause(dueAt - clock.monotonic(), job.wake.signal);
      if (job.status !== "running") return;
      dueAt = Math.max(dueAt, clock.monotonic() - MOST_LATE_MS) + 1000 / job.rate;
      try {
        await work(id, job.tally);
      } catch (fault) {
        job.failed += 1;
        if (job.failures.length < MAX_FAILURES) job.failures.push({ id, message: messageOf(fault) });
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
    const timer = setTimeout(done, Math.min(timeMs, LONGEST_TIMER_MS));
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
