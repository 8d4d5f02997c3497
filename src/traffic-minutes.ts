/**
 * How quickly requests were answered, counted in memory and recorded in the log when a minute is over: nothing else tells
 * it later. What a killed process had not recorded is lost; the numbers are for charts.
 */
import { DurationHistogram, type Fact } from "./event-log/index.ts";
import type { RequestRecord } from "./ingress/index.ts";

const MINUTE_MS = 60_000;

type TrafficMinute = Extract<Fact, { readonly type: "traffic_minute" }>;

export class TrafficMinutes {
  readonly #now: () => number;
  readonly #record: (minute: TrafficMinute) => void;
  readonly #tenants = new Map<string, DurationHistogram>();
  #minuteMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => number, record: (minute: TrafficMinute) => void) {
    this.#now = now;
    this.#record = record;
  }

  /** Counts a request whose event was stored; only those have a tenant that is ours. */
  request({ tenant, eventId, durationMs }: Pick<RequestRecord, "tenant" | "eventId" | "durationMs">): void {
    if (eventId === undefined) return;
    const nowMs = this.#now();
    if (nowMs < this.#minuteMs || nowMs - this.#minuteMs >= MINUTE_MS) this.#begin(nowMs);
    let histogram = this.#tenants.get(tenant);
    if (histogram === undefined) this.#tenants.set(tenant, (histogram = new DurationHistogram()));
    histogram.add(durationMs);
  }

  /** Hands over what was counted so far. */
  flush(): void {
    clearTimeout(this.#timer);
    if (this.#tenants.size === 0) return;
    const tenants = [...this.#tenants].map(([tenant, histogram]) => ({ tenant, acknowledgements: histogram.take() }));
    this.#tenants.clear();
    this.#record({ type: "traffic_minute", minuteMs: this.#minuteMs, tenants });
  }

  #begin(nowMs: number): void {
    this.flush();
    this.#minuteMs = nowMs - (nowMs % MINUTE_MS);
    this.#timer = setTimeout(() => this.flush(), this.#minuteMs + MINUTE_MS - nowMs);
    this.#timer.unref();
  }
}
