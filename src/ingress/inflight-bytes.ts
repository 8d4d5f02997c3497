/**
 * What all requests together hold in memory, and who makes room when it is used up: bodies that have begun to come and
 * hardly come on. A dozen senders that stop in the middle of a large body would otherwise have all others refused until
 * their time is over.
 */
import type { Clock } from "../base/index.ts";

/** A body that is still coming. Times are of the monotonic clock, in milliseconds. */
export interface Upload {
  /** What has come so far. */
  readonly bytes: () => number;
  /** Ends it, and gives back what it holds. */
  readonly cut: () => void;
  /** When something came last; kept by who reads it. */
  cameAt: number;
  /** Since when its pace is looked at, and what it had then: what came quickly at first says nothing of now. */
  pacedFrom: { readonly at: number; readonly bytes: number };
}

/** No body is slow before that. */
const PATIENCE_MS = 2000;
/** Services that send webhooks are far above it, so what is below is a sender that stalls. */
const SLOW_BYTES_PER_SECOND = 64 * 1024;

/** When it is looked again after there was no room to be made: a look takes a millisecond where ten thousand bodies come. */
const LOOK_AGAIN_MS = 100;

export class InflightBytes {
  /** What all requests together may hold; what alone is more never fits, and is too large instead of too much for now. */
  readonly maxBytes: number;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #uploads = new Set<Upload>();
  #bytes = 0;
  /** Until when no room is expected to be made. */
  #fullUntil = -Infinity;

  constructor(maxBytes: number, clock: Pick<Clock, "monotonic">) {
    this.maxBytes = maxBytes;
    this.#clock = clock;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes room for `bytes` more, if need be from others that hardly come on; false when there is none. */
  take(bytes: number, taker?: Upload): boolean {
    if (this.#bytes + bytes > this.maxBytes && !this.#makeRoom(bytes, taker)) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** A body of which not all has come with its first piece. */
  began(startedAt: number, bytes: () => number, cut: () => void): Upload {
    const upload = { bytes, cut, cameAt: this.now(), pacedFrom: { at: startedAt, bytes: 0 } };
    this.#uploads.add(upload);
    return upload;
  }

  ended(upload: Upload): void {
    this.#uploads.delete(upload);
  }

  now(): number {
    return this.#clock.monotonic();
  }

  #makeRoom(bytes: number, taker: Upload | undefined): boolean {
    const now = this.now();
    if (now < this.#fullUntil) return false;
    const slow = [...this.#uploads].filter((upload) => upload !== taker && isSlow(upload, now));
    const mostFreed = slow.reduce((sum, upload) => sum + upload.bytes(), 0);
    if (this.#bytes - mostFreed + bytes > this.maxBytes) {
      this.#fullUntil = now + LOOK_AGAIN_MS;
      return false;
    }
    // Those first of which nothing has come for longest.
    for (const upload of slow.sort((a, b) => a.cameAt - b.cameAt)) {
      if (this.#bytes + bytes <= this.maxBytes) break;
      upload.cut();
    }
    return this.#bytes + bytes <= this.maxBytes;
  }
}

/** Whether a body stands still, or has hardly come on since its pace is looked at. Where it has, that begins anew. */
function isSlow(upload: Upload, now: number): boolean {
  if (now - upload.cameAt >= PATIENCE_MS) return true;
  const { at, bytes } = upload.pacedFrom;
  if (now - at < PATIENCE_MS) return false;
  const has = upload.bytes();
  if ((has - bytes) * 1000 < SLOW_BYTES_PER_SECOND * (now - at)) return true;
  upload.pacedFrom = { at: now, bytes: has };
  return false;
}
