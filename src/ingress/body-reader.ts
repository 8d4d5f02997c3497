/**
 * Reads a request's body as it was sent, within two bounds: the webhook's own and what all requests together may hold.
 *
 * Invariants:
 * 1. Every byte that was counted in is counted out again, whichever way the request ends (`release`).
 * 2. What is held in memory is a small multiple of what was counted in, in however small pieces it comes (`BodyPieces`).
 * 3. The request does not hold its body: it lives until its answer has left, which may be long after the release.
 */
import type { IncomingMessage } from "node:http";
import { BodyPieces } from "../base/index.ts";

export class InflightBytes {
  /** What all requests together may hold; what alone is more never fits, and is too large instead of too much for now. */
  readonly maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes room for `bytes` more; false when there is none. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.maxBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

export type ReadBody =
  | { readonly ok: true; readonly body: Uint8Array; readonly release: () => void }
  | { readonly ok: false; readonly because: "too-large" | "overloaded" | "aborted" };

/** Reads to the end of the body. Stops reading (without draining) as soon as a bound is passed or the sender leaves. */
export function readBody(request: IncomingMessage, maxBytes: number, inflight: InflightBytes): Promise<ReadBody> {
  return new Promise((resolve) => {
    const pieces = new BodyPieces();
    let size = 0;
    const release = (): void => {
      inflight.give(size);
      size = 0;
    };
    const isOver = (read: ReadBody): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      resolve(read);
    };
    const stop = (because: "too-large" | "overloaded" | "aborted"): void => {
      release();
      isOver({ ok: false, because });
    };
    const onData = (chunk: Buffer): void => {
      if (size + chunk.length > maxBytes) return stop("too-large");
      if (!inflight.take(chunk.length)) return stop("overloaded");
      size += chunk.length;
      pieces.add(chunk);
    };
    const onEnd = (): void => isOver({ ok: true, body: pieces.whole(), release });
    // A sender that leaves: a request without a listener for errors only closes.
    const onClose = (): void => stop("aborted");
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}
