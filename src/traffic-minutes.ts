/**
 * What a chart needs of every minute and nothing else tells later: how quickly requests were answered, counted in memory,
 * and how full the log was at the minute's end. Recorded in the log once the minute is over; what a killed process had
 * not recorded is lost, and so are samples of minutes in which it did not run.
 */
import { DurationHistogram, type EventLog, type GaugeSample, type TrafficMinute } from "./event-log/index.ts";
import type { RequestRecord } from "./ingress/index.ts";

const MINUTE_MS = 60_000;

export interface TrafficMinutesOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly record: (minute: TrafficMinute) => Promise<void>;
  readonly sample: () => Promise<GaugeSample>;
  readonly onFault: (fault: unknown) => void;
}

export class TrafficMinutes implements AsyncDisposable {
  readonly #options: TrafficMinutesOptions;
  #tenants = new Map<string, DurationHistogram>();
  #minuteMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #recorded: Promise<void> = Promise.resolve();

  constructor(options: TrafficMinutesOptions) {
    this.#options = options;
    this.#begin(options.now());
  }

  /** Counts a request whose event was stored; only those have a tenant that is ours. */
  request({ tenant, eventId, durationMs }: Pick<RequestRecord, "tenant" | "eventId" | "durationMs">): void {
    if (eventId === undefined) return;
    const nowMs = this.#options.now();
    if (nowMs < this.#minuteMs || nowMs - this.#minuteMs >= MINUTE_MS) this.#end(nowMs);
    let histogram = this.#tenants.get(tenant);
    if (histogram === undefined) this.#tenants.set(tenant, (histogram = new DurationHistogram()));
    histogram.add(durationMs);
  }

  /** Hands over what was counted so far, with a last sample. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#handOver();
    await this.#recorded;
  }

  #begin(nowMs: number): void {
    clearTimeout(this.#timer);
    this.#minuteMs = nowMs - (nowMs % MINUTE_MS);
    this.#timer = setTimeout(() => this.#end(this.#options.now()), this.#minuteMs + MINUTE_MS - nowMs);
    this.#timer.unref();
  }

  #end(nowMs: number): void {
    this.#handOver();
    this.#begin(nowMs);
  }

  #handOver(): void {
    const { record, sample, onFault } = this.#options;
    const minuteMs = this.#minuteMs;
    const tenants = [...this.#tenants].map(([tenant, histogram]) => ({ tenant, acknowledgements: histogram.take() }));
    this.#tenants = new Map();
    // One after the other, so that minutes stand in the log in their order.
    this.#recorded = this.#recorded
      .then(async () => record({ type: "traffic_minute", minuteMs, tenants, sample: await sample() }))
      .catch(onFault);
  }
}

/** The work that is left in a log and its disk, now. */
export async function sampleLog(log: EventLog, nowMs: number): Promise<GaugeSample> {
  const [{ runs, oldestOpenAtMs }, storage] = await Promise.all([log.counts(), log.queries.storage()]);
  const { queued, running, waiting } = runs;
  const { journalBytes, projectionBytes, freeBytes } = storage;
  return {
    queued,
    running,
    waiting,
    ...(oldestOpenAtMs !== undefined && { oldestMs: Math.max(0, nowMs - oldestOpenAtMs) }),
    journalBytes,
    projectionBytes,
    freeBytes,
  };
}
