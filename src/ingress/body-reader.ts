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
import type { InflightBytes, Upload } from "./inflight-bytes.ts";

export type ReadBody =
  | { readonly ok: true; readonly body: Uint8Array; readonly release: () => void }
  | { readonly ok: false; readonly because: "too-large" | "too-slow" | "overloaded" | "aborted" };

type Stopped = Extract<ReadBody, { ok: false }>["because"];

export interface BodyBounds {
  readonly maxBytes: number;
  /** What the sender says of the body's length; 0 where it does not. */
  readonly saidBytes: number;
}

/** Reads to the end of the body. Stops reading (without draining) as soon as a bound is passed or the sender leaves. */
export function readBody(
  request: IncomingMessage,
  { maxBytes, saidBytes }: BodyBounds,
  inflight: InflightBytes,
): Promise<ReadBody> {
  return new Promise((resolve) => {
    const pieces = new BodyPieces();
    const startedAt = inflight.now();
    let size = 0;
    let upload: Upload | undefined;
    const release = (): void => {
      inflight.give(size);
      size = 0;
    };
    const settle = (read: ReadBody): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      if (upload !== undefined) inflight.ended(upload);
      resolve(read);
    };
    const stop = (because: Stopped): void => {
      release();
      settle({ ok: false, because });
    };
    const onData = (chunk: Buffer): void => {
      if (size + chunk.length > maxBytes) return stop("too-large");
      if (upload !== undefined) upload.cameAt = inflight.now();
      // Most bodies come in one piece: they are not kept track of.
      else if (chunk.length !== saidBytes)
        upload = inflight.began(
          startedAt,
          () => size,
          () => stop("too-slow"),
        );
      if (!inflight.take(chunk.length, upload)) return stop("overloaded");
      size += chunk.length;
      pieces.add(chunk);
    };
    const onEnd = (): void => settle({ ok: true, body: pieces.whole(), release });
    // A sender that leaves: a request without a listener for errors only closes.
    const onClose = (): void => stop("aborted");
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}
