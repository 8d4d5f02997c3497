/**
 * The edge: node's HTTP server around the receiver. It checks what can be known before the body (path, method, size,
 * rate), reads the raw bytes, and writes the answer.
 *
 * Invariants:
 * 1. Every request that was read gets exactly one answer; a sender that leaves gets none and holds nothing.
 * 2. After `close` begins, no new connection is taken and no connection is kept; requests under way are answered first.
 * 3. No sender can hold `close` up: what is still open when its time is over is cut.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { endWith, GtcError } from "../base/index.ts";
import { headerOf, type Answer, type HeaderList } from "../event/index.ts";
import { InflightBytes, readBody } from "./body-reader.ts";
import { BrokenRequests } from "./broken-request.ts";
import { problem, type ProblemName } from "./problem.ts";
import { RateLimiter } from "./rate-limiter.ts";
import type { ArrivedRequest } from "./arrived-request.ts";
import { ClientAddresses } from "./client-address.ts";
import { Connections } from "./connections.ts";
import { Receiver, type ReceiverOptions } from "./receive-request.ts";
import { Refusals } from "./refuse-request.ts";
import { Turns } from "./turns.ts";
import { requestFault } from "./request-fault.ts";
import { KnownRoutes, originForm, type Route, type TenantSources } from "./source-table.ts";

export interface IngressOptions extends ReceiverOptions {
  readonly host: string;
  readonly port: number;
  readonly maxHeaderBytes: number;
  readonly maxInflightBytes: number;
  /** From the first byte of a request to its last. */
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** Requests per second and tenant; 0 = no limit. */
  readonly ratePerSecond: number;
  /** Addresses and ranges of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
}

export interface Ingress extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
  /**
   * Stops taking requests and resolves when those under way are answered. Once `timeIsOver` resolves, connections that
   * are still open are cut, e.g. of a sender that never sends the rest of its request.
   */
  close(timeIsOver?: Promise<unknown>): Promise<void>;
}

/** Fewer would be more turns than the disk can use, more would leave it idle between them (measured: 4 to 64). */
const REQUESTS_PER_TURN = 16;
const WEBHOOK_METHODS = new Set(["POST", "GET", "HEAD", "OPTIONS"]);

/** Starts listening. @throws GtcError GTC_PORT_BUSY. */
export async function startIngress(options: IngressOptions): Promise<Ingress> {
  const server = createServer({
    maxHeaderSize: options.maxHeaderBytes,
    requestTimeout: options.requestTimeoutMs,
    headersTimeout: options.headersTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(5000, options.headersTimeoutMs),
    // Node would answer without a problem document; see request-fault.ts.
    requireHostHeader: false,
  });
  // A header beyond node's own bound of 2000 would be left out without a word; their bytes are bounded.
  server.maxHeadersCount = 0;
  // A sender may say that no more will come and still wait for its answer; node would cut it off (the option has no types).
  Object.assign(server, { httpAllowHalfOpen: true });
  const connections = new Connections(server);
  const edge = new Edge(options, connections);
  server.on("request", (request: IncomingMessage, response: ServerResponse) => edge.take(request, response, false));
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) =>
    edge.take(request, response, true),
  );
  server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) =>
    edge.refuseExpectation(request, response),
  );
  const afterAnswers = (socket: Socket, answer: () => void): void => {
    const ahead = connections.answerAhead(socket);
    if (ahead === undefined) answer();
    else ahead.once("close", answer);
  };
  const broken = new BrokenRequests(options);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) =>
    afterAnswers(socket, () => broken.refuse(error, socket)),
  );
  server.on("connect", (_request: IncomingMessage, socket: Socket) =>
    afterAnswers(socket, () => endWith(socket, problem("method-not-allowed"))),
  );
  await listen(server, options.host, options.port);
  const { address, port } = server.address() as AddressInfo;
  const close = closer(server, edge, connections);
  return { address: { host: address, port }, close, [Symbol.asyncDispose]: () => close() };
}

class Edge {
  readonly #options: IngressOptions;
  readonly #refusals: Refusals;
  readonly #receiver: Receiver;
  readonly #inflight: InflightBytes;
  readonly #rate: RateLimiter;
  readonly #turns = new Turns(REQUESTS_PER_TURN);
  readonly #routes = new KnownRoutes();
  readonly #addresses: ClientAddresses;
  readonly #connections: Connections;
  #isStopping = false;

  constructor(options: IngressOptions, connections: Connections) {
    this.#options = options;
    this.#connections = connections;
    this.#addresses = new ClientAddresses(options.trustedProxies);
    this.#inflight = new InflightBytes(options.maxInflightBytes);
    this.#refusals = new Refusals(options);
    this.#receiver = new Receiver(options, this.#refusals, this.#inflight);
    this.#rate = new RateLimiter(options.ratePerSecond, options.clock);
  }

  /** Takes a request whose headers have arrived. A fault of ours ends its connection, never the process. */
  take(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    this.#connections.owe(response);
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

  /** RFC 9110 section 10.1.1: there is no expectation but 100-continue. */
  refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
    this.#connections.owe(response);
    this.#send(request, response, problem("expectation-failed"));
  }

  /** Handles one request from its headers to its answer; what needs no body is answered at once. */
  #handle(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const { clock } = this.#options;
    const receivedAtMs = clock.now();
    const receivedAt = clock.monotonic();
    const headers = headerList(request.rawHeaders);
    const fault = requestFault(headers, request.httpVersion);
    if (fault !== undefined) return this.#send(request, response, problem(fault));
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
    if (route === undefined) return this.#send(request, response, this.#refusals.forPath(arrived(NO_BODY)));
    const { tenants } = this.#options.sources();
    const tenant = tenants.get(route.tenant);
    if (tenant === undefined)
      return this.#send(request, response, this.#refusals.forTenant(arrived(NO_BODY), tenants.keys()));
    if (method === "OPTIONS" && !isChallenge(request, route, tenant))
      return this.#send(request, response, { status: 204, headers: { allow: "POST, OPTIONS" }, body: "" });
    const refusal = this.#refusalBeforeBody(method, contentLength(headers), route, tenant);
    if (refusal === "method-not-allowed")
      return this.#send(request, response, this.#refusals.forMethod(arrived(NO_BODY)));
    if (refusal !== undefined) return this.#refuse(request, response, arrived(NO_BODY), refusal);
    if (expectsContinue) response.writeContinue();
    this.#takeBody(request, response, tenant.maxBodyBytes, arrived).catch((fault: unknown) =>
      this.#cut(request, fault),
    );
  }

  /** Reads the body, has the whole request received, and answers it. */
  async #takeBody(
    request: IncomingMessage,
    response: ServerResponse,
    maxBytes: number,
    arrived: (rawBody: Uint8Array) => ArrivedRequest,
  ): Promise<void> {
    const read = await readBody(request, maxBytes, this.#inflight);
    if (!read.ok) {
      if (read.because === "aborted") return;
      const name = read.because === "too-large" ? "body-too-large" : "overloaded";
      return this.#refuse(request, response, arrived(NO_BODY), name);
    }
    try {
      const turn = this.#turns.next();
      if (turn !== undefined) await turn;
      this.#send(request, response, await this.#receiver.receive(arrived(read.body)));
    } finally {
      read.release();
    }
  }

  /** From now on every answer is its connection's last. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Resolves when everything that answered requests left to do is done. */
  settled(): Promise<void> {
    return this.#refusals.settled();
  }

  #send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    if (this.#isStopping) response.shouldKeepAlive = false;
    send(request, response, answer);
  }

  #refusalBeforeBody(method: string, bodyBytes: number, route: Route, tenant: TenantSources): ProblemName | undefined {
    if (!WEBHOOK_METHODS.has(method)) return "method-not-allowed";
    if (bodyBytes > tenant.maxBodyBytes) return "body-too-large";
    return this.#rate.take(route.tenant) ? undefined : "too-many-requests";
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

/** Sends an answer. When the body was not read to its end, the connection is closed: its rest would be taken for a request. */
function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const isRead = request.complete || !hasBody(request);
  if (!isRead) response.shouldKeepAlive = false;
  const isEmpty = answer.status === 204 || answer.status === 304;
  // A flat list is what node writes with the least work. The length is ours to say, and only once.
  const headers: string[] = [];
  for (const name of Object.keys(answer.headers))
    if (name !== "content-length") headers.push(name, answer.headers[name]!);
  if (!isEmpty) headers.push("content-length", String(Buffer.byteLength(answer.body)));
  response.writeHead(answer.status, headers);
  response.end(request.method === "HEAD" || isEmpty ? undefined : answer.body);
  if (!isRead) closeAfterAnswer(request);
  else if (!request.complete) request.resume();
}

/** Whether a body follows the headers (RFC 9112 section 6.3); an answer may be there before node says that none came. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** The rest of the body is drained for a moment, so that the sender reads the answer instead of a connection reset. */
function closeAfterAnswer(request: IncomingMessage): void {
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), 1000);
  timer.unref();
  request.once("close", () => clearTimeout(timer));
  request.resume();
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === "EADDRINUSE"
          ? new GtcError("GTC_PORT_BUSY", { port, host, option: "--port" }, { cause })
          : cause,
      ),
    );
    server.listen(port, host, resolve);
  });
}

function closer(server: Server, edge: Edge, connections: Connections): Ingress["close"] {
  let closed: Promise<void> | undefined;
  return (timeIsOver) => {
    closed ??= new Promise<void>((resolve) => {
      edge.stop();
      server.close(() => resolve());
      server.closeIdleConnections();
      for (const socket of connections.silent()) socket.destroy();
    }).then(() => edge.settled());
    void timeIsOver?.then(() => server.closeAllConnections());
    return closed;
  };
}
