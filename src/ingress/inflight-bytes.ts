/**
 * What all requests together hold in memory, and who makes room when it is used up: bodies that have begun to come and
 * hardly come on. A dozen senders that stop in the middle of a large body would otherwise have all others refused until
 * their time is over.
 */
import type { Clock } from "../base/index.ts";

/** A body that is still coming. */
export interface Upload {
  /** When it began, of the monotonic clock. */
  readonly startedAt: number;
  /** What has come so far. */
  readonly bytes: () => number;
  /** Ends it, and gives back what it holds. */
  readonly cut: () => void;
}

/** No body is slow before that. */
const PATIENCE_MS = 2000;
/** Services that send webhooks are far above it, so what is below is a sender that stalls. */
const SLOW_BYTES_PER_SECOND = 64 * 1024;

export class InflightBytes {
  /** What all requests together may hold; what alone is more never fits, and is too large instead of too much for now. */
  readonly maxBytes: number;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #uploads = new Set<Upload>();
  #bytes = 0;

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

  /** A body that did not come in one piece. */
  began(startedAt: number, bytes: () => number, cut: () => void): Upload {
    const upload = { startedAt, bytes, cut };
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
    const slow = [...this.#uploads]
      .filter((upload) => upload !== taker && now - upload.startedAt >= PATIENCE_MS)
      .map((upload) => ({ upload, rate: (upload.bytes() * 1000) / (now - upload.startedAt) }))
      .filter(({ rate }) => rate < SLOW_BYTES_PER_SECOND);
    const mostFreed = slow.reduce((sum, { upload }) => sum + upload.bytes(), 0);
    if (this.#bytes - mostFreed + bytes > this.maxBytes) return false;
    for (const { upload } of slow.sort((a, b) => a.rate - b.rate)) {
      if (this.#bytes + bytes <= this.maxBytes) break;
      upload.cut();
    }
    return this.#bytes + bytes <= this.maxBytes;
  }
}
