/**
 * Live changes as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). The id of a message
 * is the log's sequence, so a browser that reconnects, also after a restart of the gateway, goes on exactly where it was.
 *
 * Invariants:
 * 1. Changes leave in the order of the log; none is left out without a `gap` that says so.
 * 2. What a viewer costs is bounded: so many viewers, so many changes at a time, a short rest between two looks; who does
 *    not read is cut off, and goes on from its last id when it comes again.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as setTimeoutPromise } from "node:timers/promises";
import type { EventQueries } from "../../event-log/index.ts";
import type { StreamMessage } from "../contract/index.ts";
import { messagesOf, type StreamFilter } from "./change-messages.ts";
import type { RunRowSource } from "./run-rows.ts";

export interface StreamLimits {
  readonly maxViewers: number;
  /** Changes that are read at a time. */
  readonly mostChanges: number;
  /** Between two looks. */
  readonly restMs: number;
  readonly heartbeatMs: number;
  /** How long a viewer may not read before it is cut off. */
  readonly maxStallMs: number;
}

const LIMITS: StreamLimits = {
  maxViewers: 16,
  mostChanges: 200,
  restMs: 100,
  heartbeatMs: 15_000,
  maxStallMs: 10_000,
};
const RETRY_MS = 1500;

export class ChangeStream implements Disposable {
  readonly #source: RunRowSource;
  readonly #limits: StreamLimits;
  readonly #viewers = new Set<AbortController>();

  constructor(source: RunRowSource, limits: StreamLimits = LIMITS) {
    this.#source = source;
    this.#limits = limits;
  }

  /** Whether one more viewer is taken. */
  get hasRoom(): boolean {
    return this.#viewers.size < this.#limits.maxViewers;
  }

  /** Serves one viewer until it leaves, stops reading, or the stream is closed. */
  async serve(request: IncomingMessage, response: ServerResponse, query: StreamQuery): Promise<void> {
    const ended = new AbortController();
    this.#viewers.add(ended);
    response.on("close", () => ended.abort());
    const { last_event_id: asked, ...filter } = query;
    const given = [request.headers["last-event-id"] ?? asked].flat()[0];
    try {
      const { sequence, isKnown } = await this.#start(given);
      response.writeHead(200, {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      });
      response.write(`retry: ${RETRY_MS}\nid: ${sequence}\n\n`);
      if (!isKnown) response.write(text({ type: "gap", sequence }, undefined));
      const isReading = await this.#follow(response, filter, sequence, ended.signal);
      if (isReading) response.end();
      else response.destroy();
    } finally {
      this.#viewers.delete(ended);
    }
  }

  [Symbol.dispose](): void {
    for (const viewer of this.#viewers) viewer.abort();
  }

  /** Where a viewer goes on. An id that is none of ours says nothing of what its viewer has seen. */
  async #start(given: string | undefined): Promise<{ readonly sequence: number; readonly isKnown: boolean }> {
    const sequence = /^\d+$/.test(given ?? "") ? Number(given) : NaN;
    if (Number.isSafeInteger(sequence)) return { sequence, isKnown: true };
    return { sequence: await this.#source.queries.latestSequence(), isKnown: given === undefined || given === "" };
  }

  /** Resolves with false when the viewer does not read. */
  async #follow(response: ServerResponse, filter: StreamFilter, from: number, ended: AbortSignal): Promise<boolean> {
    const { mostChanges, restMs, maxStallMs, heartbeatMs } = this.#limits;
    const { queries } = this.#source;
    using news = new News(queries, heartbeatMs);
    for (let sequence = from; !ended.aborted;) {
      const page = await queries.changesSince(sequence, mostChanges);
      const messages = await messagesOf(this.#source, page, filter);
      const texts = messages.map((message, index) => text(message, messages[index + 1]));
      // Who wants none of it goes on from here all the same when it comes again.
      if (messages.length === 0 && page.sequence !== sequence) texts.push(`id: ${page.sequence}\n\n`);
      for (const each of texts) if (!(await write(response, each, ended, maxStallMs))) return ended.aborted;
      if (page.changes.length === 0 && page.sequence === sequence) await news.next(response, ended);
      else await rest(restMs, ended);
      sequence = page.sequence;
    }
    return true;
  }
}

type StreamQuery = StreamFilter & { readonly last_event_id?: string | undefined };

/**
 * A message as it is sent. One change may be several messages: only the last of them has the id, so that a viewer who is
 * cut off between them gets them all again.
 */
function text(message: StreamMessage, next: StreamMessage | undefined): string {
  const id = message.sequence === next?.sequence ? "" : `id: ${message.sequence}\n`;
  return `event: ${message.type}\n${id}data: ${JSON.stringify(message)}\n\n`;
}

/** False when the viewer left or does not read. */
async function write(
  response: ServerResponse,
  chunk: string,
  ended: AbortSignal,
  maxStallMs: number,
): Promise<boolean> {
  if (ended.aborted) return false;
  if (response.write(chunk)) return true;
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(false), maxStallMs);
    const onDrain = (): void => done(true);
    const onEnd = (): void => done(false);
    const done = (goesOn: boolean): void => {
      clearTimeout(timer);
      response.off("drain", onDrain);
      ended.removeEventListener("abort", onEnd);
      resolve(goesOn);
    };
    response.once("drain", onDrain);
    ended.addEventListener("abort", onEnd);
  });
}

/** Waits for something new, with a sign of life now and then that finds out whether the viewer is still there. */
class News implements Disposable {
  readonly #heartbeatMs: number;
  readonly #release: () => void;
  #isThere = false;
  #wake: (() => void) | undefined;

  constructor(queries: EventQueries, heartbeatMs: number) {
    this.#heartbeatMs = heartbeatMs;
    this.#release = queries.onChange(() => {
      this.#isThere = true;
      this.#wake?.();
    });
  }

  async next(response: ServerResponse, ended: AbortSignal): Promise<void> {
    while (!this.#isThere && !ended.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          ended.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, this.#heartbeatMs);
        this.#wake = done;
        ended.addEventListener("abort", done);
      });
      if (!this.#isThere && !ended.aborted) response.write(": still here\n\n");
    }
    this.#isThere = false;
  }

  [Symbol.dispose](): void {
    this.#release();
  }
}

/** Waits, at most until the signal; its listener does not outlive the wait, as one stream rests very often. */
async function rest(timeMs: number, ended: AbortSignal): Promise<void> {
  await setTimeoutPromise(timeMs, undefined, { signal: ended }).catch(() => undefined);
}
