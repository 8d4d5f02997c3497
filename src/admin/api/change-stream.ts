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
import type { Change, ChangePage } from "../../event-log/index.ts";
import type { HandlerInput } from "./handler.ts";
import { eventRowJson, refusalJson, runRowJson } from "./event-json.ts";
import type { StreamMessage } from "../contract/index.ts";
import type { AdminBackend } from "./backend.ts";

const MAX_VIEWERS = 16;
const MOST_CHANGES = 200;
const REST_MS = 100;
const HEARTBEAT_MS = 15_000;
const MAX_STALL_MS = 10_000;
const RETRY_MS = 1500;

type Filter = HandlerInput<"stream">["query"];

export class ChangeStream implements Disposable {
  readonly #backend: AdminBackend;
  readonly #viewers = new Set<AbortController>();

  constructor(backend: AdminBackend) {
    this.#backend = backend;
  }

  /** Whether one more viewer is taken. */
  get hasRoom(): boolean {
    return this.#viewers.size < MAX_VIEWERS;
  }

  /** Serves one viewer until it leaves or the stream is closed. */
  async serve(request: IncomingMessage, response: ServerResponse, filter: Filter): Promise<void> {
    const ended = new AbortController();
    this.#viewers.add(ended);
    response.on("close", () => ended.abort());
    const given = request.headers["last-event-id"] ?? filter.last_event_id;
    const from = Number(Array.isArray(given) ? given[0] : given);
    try {
      const sequence =
        Number.isSafeInteger(from) && given !== undefined ? from : await this.#backend.queries.latestSequence();
      response.writeHead(200, {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      });
      response.write(`retry: ${RETRY_MS}\nid: ${sequence}\n\n`);
      await this.#follow(response, filter, sequence, ended.signal);
    } finally {
      this.#viewers.delete(ended);
      response.end();
    }
  }

  [Symbol.dispose](): void {
    for (const viewer of this.#viewers) viewer.abort();
  }

  async #follow(response: ServerResponse, filter: Filter, from: number, ended: AbortSignal): Promise<void> {
    const news = new News(this.#backend);
    try {
      for (let sequence = from; !ended.aborted;) {
        const page = await this.#backend.queries.changesSince(sequence, MOST_CHANGES);
        const messages = await this.#messages(page, filter);
        for (const [index, message] of messages.entries()) {
          if (!(await write(response, text(message, messages[index + 1]), ended))) return;
        }
        if (page.changes.length === 0 && page.sequence === sequence) await news.next(response, ended);
        else await rest(REST_MS, ended);
        sequence = page.sequence;
      }
    } finally {
      news[Symbol.dispose]();
    }
  }

  /** The messages of a page: rows as they are now, each once, under the sequence of its last change. */
  async #messages({ changes, gap, sequence }: ChangePage, filter: Filter): Promise<readonly StreamMessage[]> {
    const { queries } = this.#backend;
    const last = lastOfEach(changes);
    const [events, runs] = await Promise.all([
      queries.eventsById([...last.events.keys()]),
      queries.runsById([...last.runs.keys()]),
    ]);
    const refusals = await Promise.all([...last.refusals.keys()].map((id) => queries.getRefusal(id)));
    const messages: StreamMessage[] = [
      ...events
        .map(eventRowJson)
        .filter((event) => wants(filter, event))
        .map((event) => ({ type: "event" as const, sequence: last.events.get(event.id) ?? sequence, event })),
      ...runs
        .map(runRowJson)
        .filter((run) => isOf(filter, run))
        .map((run) => ({ type: "run" as const, sequence: last.runs.get(run.id) ?? sequence, run })),
      ...refusals
        .filter((refusal) => refusal !== undefined)
        .map(refusalJson)
        .filter((refusal) => isOf(filter, refusal) && takesRefusals(filter))
        .map((refusal) => ({ type: "refusal" as const, sequence: last.refusals.get(refusal.id) ?? sequence, refusal })),
    ];
    const ordered = messages.toSorted((a, b) => a.sequence - b.sequence);
    return gap ? [{ type: "gap", sequence: changes[0]?.sequence ?? sequence }, ...ordered] : ordered;
  }
}

interface LastChanges {
  readonly events: Map<string, number>;
  readonly runs: Map<string, number>;
  readonly refusals: Map<string, number>;
}

/** A run that changed also changes its event's row. */
function lastOfEach(changes: readonly Change[]): LastChanges {
  const last: LastChanges = { events: new Map(), runs: new Map(), refusals: new Map() };
  for (const change of changes) {
    if (change.type === "refused") last.refusals.set(change.refusalId, change.sequence);
    else last.events.set(change.eventId, change.sequence);
    if (change.type === "run_changed") last.runs.set(change.runId, change.sequence);
  }
  return last;
}

function wants(filter: Filter, event: ReturnType<typeof eventRowJson>): boolean {
  return (
    isOf(filter, event) &&
    (filter.status === undefined || event.status === filter.status) &&
    (filter.verdict === undefined || event.verdict === filter.verdict) &&
    (filter.provider_type === undefined || event.provider_type === filter.provider_type) &&
    (filter.delivery_id === undefined || event.delivery_id === filter.delivery_id) &&
    (filter.flow === undefined || event.runs.some(({ flow }) => flow === filter.flow))
  );
}

/** What a refused request cannot have, it cannot be asked for by. */
function takesRefusals({ status = "refused", verdict, flow, provider_type, delivery_id }: Filter): boolean {
  return status === "refused" && [verdict, flow, provider_type, delivery_id].every((value) => value === undefined);
}

function isOf(
  filter: Filter,
  { tenant, event_type: type }: { readonly tenant: string; readonly event_type: string },
): boolean {
  return (
    (filter.tenant === undefined || tenant === filter.tenant) && (filter.type === undefined || type === filter.type)
  );
}

/**
 * A message as it is sent. One change may be several messages: only the last of them has the id, so that a viewer who is
 * cut off between them gets them all again.
 */
function text(message: StreamMessage, next: StreamMessage | undefined): string {
  const id = message.sequence === next?.sequence ? "" : `id: ${message.sequence}\n`;
  return `event: ${message.type}\n${id}data: ${JSON.stringify(message)}\n\n`;
}

/** False when the viewer left or does not read. */
async function write(response: ServerResponse, chunk: string, ended: AbortSignal): Promise<boolean> {
  if (ended.aborted) return false;
  if (response.write(chunk)) return true;
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(false), MAX_STALL_MS);
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
  readonly #release: () => void;
  #isThere = false;
  #wake: (() => void) | undefined;

  constructor({ queries }: AdminBackend) {
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
        const timer = setTimeout(done, HEARTBEAT_MS);
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
