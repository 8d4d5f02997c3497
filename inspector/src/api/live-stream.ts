/**
 * The stream of changes, one for the whole page.
 *
 * Invariants:
 * 1. A broken connection goes on behind the last change that was seen: the browser sends `Last-Event-ID`, and where the
 *    browser gave up, a new connection names the place in its address. Where no change was seen yet there is no place to
 *    name: then the lists are told that something may be missing.
 * 2. A listener hears each change once, in the order of their sequence.
 * 3. A page that nobody sees holds no connection: browsers have six to a host, and with six forgotten tabs the seventh
 *    would get no answer at all. When it is seen again it goes on where it was.
 */
import type { StreamMessage } from "../../../src/admin/contract/index.ts";
import { call, urlOf } from "./client.ts";
import { parseJson } from "./json.ts";

/** `lost`: the gateway does not answer; `crowded`: it does, but more pages follow it than it tells of changes. */
export type StreamState = "connecting" | "open" | "lost" | "crowded";

const RETRY_MS = 1_000;
const HIDDEN_MS = 5_000;
const TYPES = ["event", "refusal", "run", "gap"] as const;

export class LiveStream {
  #source: EventSource | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #hiding: ReturnType<typeof setTimeout> | undefined;
  #lastId = "";
  /** Whether there was a time without a connection after the page began. */
  #wasAway = false;
  #state: StreamState = "connecting";
  readonly #listeners = new Set<(message: StreamMessage) => void>();
  readonly #watchers = new Set<() => void>();

  /** Connects; returns how to end it. */
  start(): () => void {
    this.#connect();
    document.addEventListener("visibilitychange", this.#heed);
    return () => {
      document.removeEventListener("visibilitychange", this.#heed);
      this.#disconnect();
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
    this.#disconnect();
    const source = new EventSource(urlOf("stream", {}, { last_event_id: this.#lastId }));
    this.#source = source;
    source.addEventListener("open", () => {
      if (this.#wasAway && this.#lastId === "") this.#tell({ type: "gap", sequence: 0 });
      this.#wasAway = true;
      this.#become("open");
      if (document.visibilityState === "hidden") this.#heed();
    });
    source.addEventListener("error", () => this.#fail(source));
    for (const type of TYPES) source.addEventListener(type, (message: MessageEvent<string>) => this.#receive(message));
  }

  #disconnect(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#hiding);
    this.#source?.close();
    this.#source = undefined;
  }

  #fail(source: EventSource): void {
    this.#wasAway = true;
    const hasGivenUp = source.readyState === EventSource.CLOSED && source === this.#source;
    if (!hasGivenUp || this.#state !== "crowded") this.#become("lost");
    if (!hasGivenUp) return;
    // The browser got an answer that is no stream. Only another request tells whether the session is over, or there are too many pages.
    void this.#askWhy(source);
    this.#retry = setTimeout(() => this.#connect(), RETRY_MS);
  }

  async #askWhy(source: EventSource): Promise<void> {
    const state = await call("info").then(
      () => "crowded" as const,
      () => "lost" as const,
    );
    if (source === this.#source && source.readyState === EventSource.CLOSED) this.#become(state);
  }

  readonly #heed = (): void => {
    clearTimeout(this.#hiding);
    if (document.visibilityState === "visible") {
      if (this.#source === undefined) this.#connect();
      return;
    }
    // Who only looks something up in another tab is not cut off.
    if (this.#state !== "open") return;
    this.#hiding = setTimeout(() => {
      this.#disconnect();
      this.#become("connecting");
    }, HIDDEN_MS);
  };

  #receive({ data, lastEventId }: MessageEvent<string>): void {
    if (lastEventId !== "") this.#lastId = lastEventId;
    this.#tell(parseJson(data) as StreamMessage);
  }

  #tell(message: StreamMessage): void {
    for (const listener of this.#listeners) listener(message);
  }

  #become(state: StreamState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }
}
