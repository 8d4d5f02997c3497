/** A token bucket per tenant: a burst of one second's worth, then the rate. */
import type { Clock } from "../base/index.ts";

export class RateLimiter {
  readonly #perSecond: number;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** `perSecond` 0 means no limit. Only tenants of the bundle may be asked for, so the map stays as small as the bundle. */
  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /** Takes one request; false when the tenant has used up its rate. */
  take(tenant: string): boolean {
    if (this.#perSecond === 0) return true;
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(tenant) ?? { tokens: this.#perSecond, at: now };
    bucket.tokens = Math.min(this.#perSecond, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    this.#buckets.set(tenant, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
