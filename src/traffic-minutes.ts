/**
 * What a chart needs of every minute and nothing else tells later: how quickly requests were answered, counted in memory,
 * and how full the log was at the minute's end. Counts are recorded in the log every few seconds, as parts of their minute
 * that add up, so that a chart shows what has just come; what a killed process had not recorded is lost, and so are samples
 * of minutes in which it did not run.
 */
import {
  DurationHistogram,
  gaugeSampleOf,
  type EventLog,
  type GaugeSample,
  type TrafficMinute,
} from "./event-log/index.ts";
import type { RequestRecord } from "./ingress/index.ts";

const MINUTE_MS = 60_000;
/** How long what was counted is kept from the charts. */
const PART_MS = 5000;

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
    if (this.#isOver(nowMs)) this.#end(nowMs);
    let histogram = this.#tenants.get(tenant);
    if (histogram === undefined) this.#tenants.set(tenant, (histogram = new DurationHistogram()));
    histogram.add(durationMs);
  }

  /** Hands over what was counted so far, with a last sample. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#handOver(this.#options.sample);
    await this.#recorded;
  }

  #begin(nowMs: number): void {
    this.#minuteMs = nowMs - (nowMs % MINUTE_MS);
    this.#waitForPart(nowMs);
  }

  #end(nowMs: number): void {
    this.#handOver(this.#options.sample);
    this.#begin(nowMs);
  }

  #waitForPart(nowMs: number): void {
    clearTimeout(this.#timer);
    const waitMs = Math.min(PART_MS, this.#minuteMs + MINUTE_MS - nowMs);
    this.#timer = setTimeout(() => this.#part(this.#options.now()), waitMs);
    this.#timer.unref();
  }

  /** Also when the clock was set back. */
  #isOver(nowMs: number): boolean {
    return nowMs < this.#minuteMs || nowMs - this.#minuteMs >= MINUTE_MS;
  }

  #part(nowMs: number): void {
    if (this.#isOver(nowMs)) return this.#end(nowMs);
    if (this.#tenants.size > 0) this.#handOver();
    this.#waitForPart(nowMs);
  }

  #handOver(sample?: () => Promise<GaugeSample>): void {
    const { record, onFault } = this.#options;
    const minuteMs = this.#minuteMs;
    const tenants = [...this.#tenants].map(([tenant, histogram]) => ({ tenant, acknowledgements: histogram.take() }));
    this.#tenants = new Map();
    const minute: TrafficMinute = { type: "traffic_minute", minuteMs, tenants };
    // One after the other, so that minutes stand in the log in their order.
    this.#recorded = this.#recorded
      .then(async () => record(sample === undefined ? minute : { ...minute, sample: await sample() }))
      .catch(onFault);
  }
}

/** The work that is left in a log and its disk, now. */
export async function sampleLog(log: EventLog, nowMs: number): Promise<GaugeSample> {
  const [counts, storage] = await Promise.all([log.counts(), log.queries.storage()]);
  return gaugeSampleOf(counts, storage, nowMs);
}
