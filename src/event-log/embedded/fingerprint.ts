import type { Envelope } from "../../event/index.ts";

/** What a dedupe key counts for: one tenant's one event type. */
export function scopedKey(envelope: Pick<Envelope, "tenant" | "eventType">, key: string): string {
  return `${envelope.tenant}\0${envelope.eventType}\0${key}`;
}

/**
 * A number from 1 to 2^53 - 1 for a key: two multiplicative lanes of 32 bits, mixed at the end. It only decides where
 * to look; the key itself is always compared before anything is called a duplicate.
 */
export function fingerprintOf(text: string): number {
  let low = 0x9e3779b1;
  let high = 0x85ebca77;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    high = Math.imul(high ^ unit, 0x5f356495);
  }
  low = mix(low) ^ mix(high ^ text.length);
  high = mix(high ^ low);
  return (high & 0x1f_ffff) * 0x1_0000_0000 + (low >>> 0) || 1;
}

/** Every bit of the lane changes about half of the result's. */
export function mix(lane: number): number {
  const once = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
