import { createHash } from "node:crypto";
import type { Envelope } from "../../event/index.ts";

/** What a dedupe key counts for: one tenant's one event type. */
export function scopedKey(envelope: Pick<Envelope, "tenant" | "eventType">, key: string): string {
  return `${envelope.tenant}\0${envelope.eventType}\0${key}`;
}

/**
 * A number from 1 to 2^53 - 1 for a key. It only decides where to look; the key itself is always compared before anything
 * is called a duplicate. Of SHA-256, as whoever may choose delivery ids must not find one that belongs to another's
 * number, nor many of one number; of the text's own units, as lone surrogates would all be the same in UTF-8.
 */
export function fingerprintOf(text: string): number {
  const digest = createHash("sha256").update(text, "utf16le").digest();
  return digest.readUIntBE(0, 6) * 32 + (digest[6]! & 31) || 1;
}

/** Every bit of the lane changes about half of the result's. */
export function mix(lane: number): number {
  const once = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
