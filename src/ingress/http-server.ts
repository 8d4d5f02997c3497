/**
 * node's HTTP server around the edge: its limits, its listening, and how it stops.
 *
 * Invariants:
 * 1. After `close` begins, no new connection is taken and no connection is kept; requests under way are answered first,
 *    and answers that are given leave whole.
 * 2. No sender can hold `close` up: what is still open when its time is over is cut.
 * 3. No connection is kept on which nothing moves for longer than any request may take: a sender that does not read its
 *    answer would hold that, and a file descriptor, for ever.
 * 4. There are never more than `maxConnections` connections (`Connections`).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Server as NetServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { endWith, GtcError, LONGEST_TIMER_MS } from "../base/index.ts";
import { BrokenRequests } from "./broken-request.ts";
import { Connections } from "./connections.ts";
import { Edge, type EdgeOptions } from "./edge.ts";
import { problem } from "./problem.ts";
import { MOST_HEADERS } from "./request-fault.ts";

export interface IngressOptions extends EdgeOptions {
  readonly host: string;
  readonly port: number;
  readonly maxHeaderBytes: number;
  /** From the first byte of a request to its last. */
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
}

const TELL_AGAIN_MS = 60_000;

export interface Ingress extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
  /**
   * Stops taking requests and resolves when those under way are answered. Once `timeIsOver` resolves, connections that
   * are still open are cut, e.g. of a sender that never sends the rest of its request.
   */
  close(timeIsOver?: Promise<unknown>): Promise<void>;
}

/** Starts listening. @throws GtcError GTC_PORT_BUSY. */
export async function startIngress(options: IngressOptions): Promise<Ingress> {
  // Headers are part of the request; node refuses to be told otherwise.
  const headersTimeoutMs = Math.min(options.headersTimeoutMs, options.requestTimeoutMs);
  const checkedEveryMs = Math.min(5000, headersTimeoutMs);
  const server = createServer({
    maxHeaderSize: options.maxHeaderBytes,
    requestTimeout: options.requestTimeoutMs,
    headersTimeout: headersTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    connectionsCheckingInterval: checkedEveryMs,
    // Node would answer without a problem document; see request-fault.ts.
    requireHostHeader: false,
  });
  // A request's time is found to be over at the next check: it must get its 408 before its silence ends the connection.
  const longestMs = options.requestTimeoutMs + 2 * checkedEveryMs + options.answerDeadlineMs;
  server.timeout = Math.min(longestMs, LONGEST_TIMER_MS);
  // Those beyond it are left out without a word; by the first of them such a request is known, and refused.
  server.maxHeadersCount = MOST_HEADERS + 1;
  // A sender may say that no more will come and still wait for its answer; node would cut it off (the option has no types).
  Object.assign(server, { httpAllowHalfOpen: true });
  const connections = new Connections(server, {
    most: options.maxConnections,
    clock: options.clock,
    onFull: tellOfFull(options),
  });
  const edge = new Edge(options, connections);
  // Node takes 0 for "for ever".
  if (options.keepAliveTimeoutMs === 0) connections.keepNone();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => edge.take(request, response, false));
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) =>
    edge.take(request, response, true),
  );
  server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) =>
    edge.take(request, response, false),
  );
  const broken = new BrokenRequests(options);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) =>
    connections.afterAnswers(socket, () => broken.refuse(error, socket)),
  );
  server.on("connect", (_request: IncomingMessage, socket: Socket) => {
    // Node gives the socket away with nobody listening: a sender that resets it would end the process.
    socket.on("error", () => undefined);
    connections.afterAnswers(socket, () => endWith(socket, problem("method-not-allowed")));
  });
  await listen(server, options.host, options.port);
  const { address, port } = server.address() as AddressInfo;
  const close = closer(server, edge, connections);
  // Without a word before, it is the end of a start that failed: nobody is to wait for a sender that has stopped sending.
  const dispose = (): Promise<void> => close(delay(LAST_WORDS_MS, undefined, { ref: false }));
  return { address: { host: address, port }, close, [Symbol.asyncDispose]: dispose };
}

/** How long requests that came before a start failed have for their answers. */
const LAST_WORDS_MS = 500;

/** Once a minute: it may be so thousands of times a second. */
function tellOfFull({ maxConnections, clock, onFault }: IngressOptions): () => void {
  let toldAt = -Infinity;
  return () => {
    if (clock.monotonic() - toldAt < TELL_AGAIN_MS) return;
    toldAt = clock.monotonic();
    const detail = `There are ${maxConnections}, as many as max_connections allows: those that have been idle longest are closed, else those whose requests hardly come on.`;
    onFault("taking connections", new Error(detail));
  };
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
      connections.keepNone();
      // Stops listening, and no more: node's own `close` takes a connection for idle while its last answer still leaves.
      NetServer.prototype.close.call(server, () => resolve());
      void closeIdle(server, connections);
    }).then(() => edge.settled());
    void timeIsOver?.then(() => server.closeAllConnections());
    return closed;
  };
}

/** Closes the connections on which nothing is under way, once the answers that are given have left. */
async function closeIdle(server: Server, connections: Connections): Promise<void> {
  await connections.leaving();
  server.close();
  for (const socket of connections.silent()) socket.destroy();
}
