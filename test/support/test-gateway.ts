/** A running gateway on a test bundle, and what tests ask of it. */
import { request as httpRequest } from "node:http";
import { startGateway, type Gateway, type GatewayOptions } from "../../src/gateway.ts";
import type { RequestRecord } from "../../src/ingress/index.ts";
import { testConfig, type TestBundle } from "./test-bundle.ts";

export interface Posted {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  json(): Record<string, unknown>;
}

export interface EventDetailJson {
  readonly event: Record<string, unknown> & { readonly status: string };
  readonly response: { readonly status: number; readonly by: string; readonly body: unknown };
  readonly runs: readonly RunJson[];
}

export interface RunJson {
  readonly id: string;
  readonly flow: string;
  readonly status: string;
  readonly attempt: number;
  readonly replay_of: string | null;
  readonly parent_run: string | null;
  readonly ended_at: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly steps: readonly {
    readonly node: string;
    readonly type: string;
    readonly status: string;
    readonly output: unknown;
    readonly error: unknown;
  }[];
}

export class TestGateway implements AsyncDisposable {
  readonly gateway: Gateway;
  readonly records: RequestRecord[];
  readonly faults: string[];
  readonly #overs: Over;

  private constructor(gateway: Gateway, records: RequestRecord[], faults: string[], overs: Over) {
    this.gateway = gateway;
    this.records = records;
    this.faults = faults;
    this.#overs = overs;
  }

  static async start(
    bundle: TestBundle,
    config: Readonly<Record<string, string>> = {},
    options: Partial<GatewayOptions> = {},
  ): Promise<TestGateway> {
    const records: RequestRecord[] = [];
    const faults: string[] = [];
    const overs = new Over();
    const gateway = await startGateway({
      bundle: await bundle.load(),
      config: testConfig(config),
      onRequest: (record) => records.push(record),
      onRunOver: () => overs.happened(),
      onFault: (what, fault) => faults.push(`${what}: ${String(fault)}`),
      ...options,
    });
    return new TestGateway(gateway, records, faults, overs);
  }

  get url(): string {
    const { host, port } = this.gateway.addresses.webhook;
    return `http://${host}:${port}`;
  }

  get adminUrl(): string {
    const { host, port } = this.gateway.addresses.admin;
    return `http://${host}:${port}`;
  }

  post(
    path: string,
    body: string | Uint8Array,
    headers: Readonly<Record<string, string | string[]>> = { "content-type": "application/json" },
  ): Promise<Posted> {
    return this.request("POST", `/events/webhook/${path}`, body, headers);
  }

  /** Sends exactly these bytes and headers. */
  request(
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers: Readonly<Record<string, string | string[]>> = {},
  ): Promise<Posted> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(`${this.url}${path}`, { method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text,
            json: () => JSON.parse(text) as Record<string, unknown>,
          });
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  /** Loads the bundle again, flows and all. */
  async takeOver(bundle: TestBundle): Promise<void> {
    await this.gateway.reload(async () => ({ bundle: await bundle.load() }));
  }

  /** The admin API, with the token. */
  async api(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${this.gateway.token}`);
    return fetch(`${this.adminUrl}/api/${path}`, { ...init, headers });
  }

  async event(id: unknown): Promise<EventDetailJson> {
    return (await (await this.api(`events/${String(id)}/record`)).json()) as EventDetailJson;
  }

  /** Stored events, newest first. */
  async events(query = ""): Promise<Record<string, unknown>[]> {
    return this.#items(`events?limit=1000&${query}`);
  }

  /** Refused requests, newest first. */
  async refusals(): Promise<Record<string, unknown>[]> {
    return this.#items("refused?limit=1000");
  }

  async #items(path: string): Promise<Record<string, unknown>[]> {
    return ((await (await this.api(path)).json()) as { items: Record<string, unknown>[] }).items;
  }

  /** Waits until the event is as wanted; looks again whenever a run is over. */
  async eventWhen(id: unknown, isWanted: (detail: EventDetailJson) => boolean): Promise<EventDetailJson> {
    for (;;) {
      const next = this.#overs.next();
      const detail = await this.event(id);
      if (isWanted(detail)) return detail;
      await next;
    }
  }

  /** Waits until nothing of the event is left to do. */
  settled(id: unknown): Promise<EventDetailJson> {
    return this.eventWhen(id, ({ event }) => event.status !== "received");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
  }
}

/** A moment that comes again and again. */
class Over {
  #waiting: (() => void)[] = [];

  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  happened(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
