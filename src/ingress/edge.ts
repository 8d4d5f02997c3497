/**
 * One request at the edge: what can be known before its body is checked (path, method, size, rate), then the raw bytes are
 * read, handed to the receiver, and its answer is written.
 *
 * Invariant: every request that was read gets exactly one answer; a sender that leaves gets none and holds nothing.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { headerOf, type GivenAnswer, type HeaderList } from "../event/index.ts";
import type { ArrivedRequest } from "./arrived-request.ts";
import { readBody, type BodyBounds } from "./body-reader.ts";
import { ClientAddresses } from "./client-address.ts";
import type { Connections } from "./connections.ts";
import { problem, type ProblemName } from "./problem.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { Receiver, type ReceiverOptions } from "./receive-request.ts";
import { InflightBytes } from "./inflight-bytes.ts";
import { Refusals } from "./refuse-request.ts";
import { requestFault } from "./request-fault.ts";
import { sendAnswer } from "./send-answer.ts";
import { KnownRoutes, originForm, type Route, type TenantSources } from "./source-table.ts";
import { Turns } from "./turns.ts";

export interface EdgeOptions extends ReceiverOptions {
  /** Bytes that all requests together may have in memory. */
  readonly maxInflightBytes: number;
  /** Requests per second and tenant; 0 = no limit. */
  readonly ratePerSecond: number;
  /** Addresses and ranges of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
}

/** Fewer would be more turns than the disk can use, more would leave it idle between them (measured: 4 to 64). */
const REQUESTS_PER_TURN = 16;
const WEBHOOK_METHODS = new Set(["POST", "GET", "HEAD", "OPTIONS"]);

export class Edge {
  readonly #options: EdgeOptions;
  readonly #refusals: Refusals;
  readonly #receiver: Receiver;
  readonly #inflight: InflightBytes;
  readonly #rate: RateLimiter;
  readonly #turns = new Turns(REQUESTS_PER_TURN);
  readonly #routes = new KnownRoutes();
  readonly #addresses: ClientAddresses;
  readonly #connections: Connections;

  constructor(options: EdgeOptions, connections: Connections) {
    this.#options = options;
    this.#connections = connections;
    this.#addresses = new ClientAddresses(options.trustedProxies);
    this.#inflight = new InflightBytes(options.maxInflightBytes, options.clock);
    this.#refusals = new Refusals(options);
    this.#receiver = new Receiver(options, this.#refusals, this.#inflight);
    this.#rate = new RateLimiter(options.ratePerSecond, options.clock);
  }

  /** Takes a request whose headers have arrived. A fault of ours ends its connection, never the process. */
  take(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    if (!this.#connections.owe(response)) return;
    try {
      this.#handle(request, response, expectsContinue);
    } catch (fault) {
      this.#cut(request, fault);
    }
  }

  #cut(request: IncomingMessage, fault: unknown): void {
    this.#options.onFault("answering a request", fault);
    request.socket.destroy();
  }

  /** Handles one request from its headers to its answer; what needs no body is answered at once. */
  #handle(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const { clock } = this.#options;
    const receivedAtMs = clock.now();
    const receivedAt = clock.monotonic();
    const headers = headerList(request.rawHeaders);
    const target = originForm(request.url ?? "/");
    const route = this.#routes.of(target);
    const method = request.method ?? "";
    const arrived = (rawBody: Uint8Array): ArrivedRequest => ({
      route: route ?? NOWHERE,
      method,
      target,
      headers,
      remoteAddress: this.#addresses.of(request.socket.remoteAddress ?? "", headers),
      rawBody,
      receivedAtMs,
      receivedAt,
    });
    const { tenants } = this.#options.sources();
    const tenant = route === undefined ? undefined : tenants.get(route.tenant);
    const fault = requestFault(headers, request.httpVersion);
    if (fault !== undefined) {
      const isToWebhook = tenant !== undefined;
      const answer = isToWebhook ? this.#refusals.forHead(arrived(NO_BODY), fault) : problem(fault);
      return this.#send(request, response, answer);
    }
    if (route === undefined) return this.#send(request, response, this.#refusals.forPath(arrived(NO_BODY)));
    if (tenant === undefined)
      return this.#send(request, response, this.#refusals.forTenant(arrived(NO_BODY), tenants.keys()));
    if (method === "OPTIONS" && !isChallenge(request, route, tenant))
      return this.#send(request, response, { status: 204, headers: { allow: "POST, OPTIONS" }, body: "" });
    const saidBytes = contentLength(headers);
    const refusal = this.#refusalBeforeBody(method, saidBytes, route, tenant);
    if (refusal === "method-not-allowed")
      return this.#send(request, response, this.#refusals.forMethod(arrived(NO_BODY)));
    if (refusal !== undefined) return this.#refuse(request, response, arrived(NO_BODY), refusal);
    if (expectsContinue) response.writeContinue();
    const bounds = { maxBytes: this.#maxBodyBytes(tenant), saidBytes };
    this.#takeBody(request, response, bounds, arrived).catch((fault: unknown) => this.#cut(request, fault));
  }

  /** Reads the body, has the whole request received, and answers it. */
  async #takeBody(
    request: IncomingMessage,
    response: ServerResponse,
    bounds: BodyBounds,
    arrived: (rawBody: Uint8Array) => ArrivedRequest,
  ): Promise<void> {
    const read = await readBody(request, bounds, this.#inflight);
    if (!read.ok) {
      if (read.because === "aborted") return;
      return this.#refuse(request, response, arrived(NO_BODY), STOPPED[read.because]);
    }
    try {
      const turn = this.#turns.next(this.#connections.laneOf(request.socket));
      if (turn !== undefined) await turn;
      this.#send(request, response, await this.#receiver.receive(arrived(read.body)));
    } finally {
      read.release();
    }
  }

  /** Resolves when everything that answered requests left to do is done. */
  settled(): Promise<void> {
    return this.#refusals.settled();
  }

  #send(request: IncomingMessage, response: ServerResponse, answer: GivenAnswer): void {
    sendAnswer(request, response, answer);
    if (!response.shouldKeepAlive) this.#connections.end(request.socket);
  }

  #refusalBeforeBody(method: string, bodyBytes: number, route: Route, tenant: TenantSources): ProblemName | undefined {
    if (!WEBHOOK_METHODS.has(method)) return "method-not-allowed";
    if (bodyBytes > this.#maxBodyBytes(tenant)) return "body-too-large";
    return this.#rate.take(route.tenant) ? undefined : "too-many-requests";
  }

  #maxBodyBytes({ maxBodyBytes }: TenantSources): number {
    return Math.min(maxBodyBytes, this.#inflight.maxBytes);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, arrived: ArrivedRequest, name: ProblemName): void {
    this.#send(request, response, this.#refusals.forLimit(arrived, name));
  }
}

/** An OPTIONS that asks for permission to send (CloudEvents); any other is answered with what is allowed. */
function isChallenge({ headers }: IncomingMessage, { eventType }: Route, tenant: TenantSources): boolean {
  const verifier = tenant.verifiers.get(eventType) ?? tenant.fallback;
  return verifier?.handshakeMethods.includes("OPTIONS") === true && headers["webhook-request-origin"] !== undefined;
}

const STOPPED = {
  "too-large": "body-too-large",
  "too-slow": "request-timeout",
  overloaded: "overloaded",
} as const satisfies Record<string, ProblemName>;

const NO_BODY = new Uint8Array(0);
const NOWHERE: Route = { tenant: "", eventType: "" };

/** What the sender says of the body's length. */
function contentLength(headers: HeaderList): number {
  return Number(headerOf(headers, "content-length") ?? 0);
}

/**
 * Pairs with lower-case names, in the order of arrival, repeated names kept. From the raw list: `request.headers` joins and
 * drops what is repeated.
 */
function headerList(rawHeaders: readonly string[]): HeaderList {
  const list: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) list.push([rawHeaders[at]!.toLowerCase(), rawHeaders[at + 1]!]);
  return list;
}
