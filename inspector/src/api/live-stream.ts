/**
 * The stream of changes, one for the whole page.
 *
 * Invariants:
 * 1. A broken connection goes on behind the last change that was seen: the browser sends `Last-Event-ID`, and where the
 *    browser gave up, a new connection names the place in its address.
 * 2. A listener hears each change once, in the order of their sequence.
 */
import type { StreamMessage } from "../../../src/admin/contract/index.ts";
import { urlOf } from "./client.ts";
import { parseJson } from "./json.ts";

export type StreamState = "connecting" | "open" | "lost";

const RETRY_MS = 1_000;
const TYPES = ["event", "refusal", "run", "gap"] as const;

export class LiveStream {
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastId = "";
  #state: StreamState = "connecting";
  readonly #listeners = new Set<(message: StreamMessage) => void>();
  readonly #watchers = new Set<() => void>();

  /** Connects; returns how to end it. */
  start(): () => void {
    this.#connect();
    return () => {
      clearTimeout(this.#timer);
      this.#source?.close();
    };
  }

  get state(): StreamState {
    return this.#state;
  }

  /** Calls `listener` with every change; returns how to stop. */
  readonly listen = (listener: (message: StreamMessage) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Calls `watcher` when `state` changes; returns how to stop. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  #connect(): void {
    const source = new EventSource(urlOf("stream", {}, { last_event_id: this.#lastId }));
    this.#source = source;
    source.addEventListener("open", () => this.#become("open"));
    source.addEventListener("error", () => {
      this.#become("lost");
      if (source.readyState !== EventSource.CLOSED) return;
      this.#timer = setTimeout(() => this.#connect(), RETRY_MS);
    });
    for (const type of TYPES) source.addEventListener(type, (message: MessageEvent<string>) => this.#receive(message));
  }

  #receive({ data, lastEventId }: MessageEvent<string>): void {
    if (lastEventId !== "") this.#lastId = lastEventId;
    const message = parseJson(data) as StreamMessage;
    for (const listener of this.#listeners) listener(message);
  }

  #become(state: StreamState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }
}
