/** Follows the admin API's stream of changes as a browser's EventSource does. */
import type { TestGateway } from "./test-gateway.ts";

export interface StreamEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

export class EventStream implements AsyncDisposable {
  /** The id of the last message, also of one without data: what a browser sends when it comes again. */
  lastId = "";
  readonly #abort: AbortController;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  private constructor(abort: AbortController, chunks: AsyncIterator<Uint8Array>) {
    this.#abort = abort;
    this.#chunks = chunks;
  }

  /** Connects. Whatever changes after this has resolved will be told. */
  static async open(gateway: TestGateway, query = "", lastEventId?: string): Promise<EventStream> {
    const abort = new AbortController();
    const response = await fetch(`${gateway.adminUrl}/api/stream?${query}`, {
      signal: abort.signal,
      headers: {
        authorization: `Bearer ${gateway.gateway.token}`,
        ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
      },
    });
    if (response.status !== 200 || response.body === null) throw new Error(await response.text());
    const stream = new EventStream(abort, response.body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>);
    await stream.#block();
    return stream;
  }

  /** The next message with data. @throws Error when the stream ends */
  async next(): Promise<StreamEvent> {
    for (;;) {
      const fields = await this.#block();
      const data = fields.get("data");
      if (data !== undefined)
        return {
          id: this.lastId,
          type: fields.get("event") ?? "message",
          data: JSON.parse(data) as StreamEvent["data"],
        };
    }
  }

  /** The next message of which this holds. */
  async nextWhere(isWanted: (event: StreamEvent) => boolean): Promise<StreamEvent> {
    for (;;) {
      const event = await this.next();
      if (isWanted(event)) return event;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    // The connection is gone when the read under way fails.
    await this.#chunks.next().catch(() => undefined);
  }

  /** The fields of the next block, up to its empty line. */
  async #block(): Promise<ReadonlyMap<string, string>> {
    for (let end = this.#text.indexOf("\n\n"); ; end = this.#text.indexOf("\n\n")) {
      if (end === -1) {
        const { done, value } = await this.#chunks.next();
        if (done === true) throw new Error("The stream ended.");
        this.#text += this.#decoder.decode(value, { stream: true });
        continue;
      }
      const lines = this.#text.slice(0, end).split("\n");
      this.#text = this.#text.slice(end + 2);
      const fields = new Map(lines.map((line) => [line.split(": ", 1)[0] ?? "", line.slice(line.indexOf(": ") + 2)]));
      this.lastId = fields.get("id") ?? this.lastId;
      return fields;
    }
  }
}
