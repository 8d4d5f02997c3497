/**
 * UUIDv7 (RFC 9562 section 5.7): 48 bits of milliseconds, then a counter, then randomness. Ids made
 * by one process sort in the order in which they were made, also within one millisecond: the 12 bits
 * of `rand_a` and the top 14 of `rand_b` are one counter (RFC 9562 section 6.2, method 1).
 */
import { randomFillSync } from "node:crypto";
import type { Clock } from "./clock.ts";

export type NewId = () => string;

const POOL_BYTES = 4096;
const MAX_COUNTER = 0x3ff_ffff;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Returns a generator of UUIDv7 texts that never go back in time, even if the clock does. */
export function createIdSource(clock: Clock): NewId {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  let lastMs = 0;
  let counter = 0;

  const randomByte = (): number => {
    if (used === POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    return pool[used++]!;
  };

  return () => {
    const nowMs = clock.now();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      // Half the counter's range is left free, so that one millisecond holds 33 million ids.
      counter = ((randomByte() << 16) | (randomByte() << 8) | randomByte()) & (MAX_COUNTER >> 1);
    } else if (++counter > MAX_COUNTER) {
      lastMs += 1;
      counter = 0;
    }
    const high = Math.floor(lastMs / 0x10000);
    const low = lastMs % 0x10000;
    const randA = counter >>> 14;
    const randB = counter & 0x3fff;
    return (
      HEX[(high >>> 24) & 0xff]! +
      HEX[(high >>> 16) & 0xff]! +
      HEX[(high >>> 8) & 0xff]! +
      HEX[high & 0xff]! +
      "-" +
      HEX[low >>> 8]! +
      HEX[low & 0xff]! +
      "-" +
      HEX[0x70 | (randA >>> 8)]! +
      HEX[randA & 0xff]! +
      "-" +
      HEX[0x80 | (randB >>> 8)]! +
      HEX[randB & 0xff]! +
      "-" +
      HEX[randomByte()]! +
      HEX[randomByte()]! +
      HEX[randomByte()]! +
      HEX[randomByte()]! +
      HEX[randomByte()]! +
      HEX[randomByte()]!
    );
  };
}
