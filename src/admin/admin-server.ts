/**
 * The admin port: health for probes, metrics for Prometheus, the API under `/api`, and the inspector's page. `/healthz`,
 * `/readyz`, `/metrics` and the page's files need no token (they tell nothing of events); everything under `/api` does.
 * Metrics and the page are not read under a foreign name, see `access.ts`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { BodyPieces, GtcError, messageOf, stringifyJson, type JsonValue, type NewId } from "../base/index.ts";
import {
  FailedTries,
  endedCookie,
  judgeAccess,
  judgeOpenRead,
  judgeOrigin,
  sessionCookie,
  type AccessOptions,
} from "./access.ts";
import type { AdminBackend } from "./api/backend.ts";
import { BulkJobs } from "./bulk-jobs.ts";
import { ChangeStream } from "./api/change-stream.ts";
import { EventPrinter } from "./api/event-printer.ts";
import { eventHandlers } from "./api/event-handlers.ts";
import { exportHandlers } from "./api/export-events.ts";
import { FieldFaults, PrintedJson, type HandlerInput, type Handlers } from "./api/handler.ts";
import { operateHandlers } from "./api/operate-handlers.ts";
import { refusedHandlers, type AcceptTally } from "./api/refused-handlers.ts";
import { replayHandlers, type ReplayTally } from "./api/replay-handlers.ts";
import { readApiBody, routeRequest, type ApiProblem, type RoutedRequest } from "./api/route-request.ts";
import { runHandlers } from "./api/run-handlers.ts";
import { answerBrokenRequest } from "./broken-request.ts";
import type { AuditEntry, OperationName } from "./contract/index.ts";
import { openApiDocument } from "./openapi.ts";
import { CHALLENGE_HEADER, PROOF_HEADER, proofOf } from "./probe-gateway.ts";
import { PAGE_FOLDER, StaticFiles } from "./static-files.ts";

export interface AdminOptions {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly backend: AdminBackend;
  readonly newId: NewId;
  /** Whether the gateway has begun to stop: it still answers what is under way, and should get no more. */
  readonly isStopping: () => boolean;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly onFault: (what: string, fault: unknown) => void;
}

export interface AdminServer extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
}

/** What targets are relative to. */
const BASE = "http://admin";

/** Bodies of the API are small, but for edited copies of events. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** Of what anyone can send who has no token yet. */
const MAX_LOGIN_BYTES = 4096;

/** Starts the admin port. @throws GtcError GTC_PORT_BUSY. */
export async function startAdmin(options: AdminOptions): Promise<AdminServer> {
  const files = await StaticFiles.load(PAGE_FOLDER);
  let admin: Admin | undefined;
  // A request without Host is judged as one with a foreign one, and told so like any other.
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    void admin?.handle(request, response);
  });
  server.on("clientError", answerBrokenRequest);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const { host, port } = options;
      const isBusy = cause.code === "EADDRINUSE";
      reject(isBusy ? new GtcError("GTC_PORT_BUSY", { host, port, option: "--admin-port" }, { cause }) : cause);
    });
    server.listen(options.port, options.host, resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  admin = new Admin(options, files, port);
  return {
    address: { host: address, port },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await admin?.[Symbol.asyncDispose]();
      await closed;
    },
  };
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

class Admin implements AsyncDisposable {
  readonly #options: AdminOptions;
  readonly #files: StaticFiles;
  readonly #access: AccessOptions;
  readonly #tries: FailedTries;
  readonly #replays: BulkJobs<ReplayTally>;
  readonly #acceptances: BulkJobs<AcceptTally>;
  readonly #stream: ChangeStream;
  readonly #printer = new EventPrinter();
  readonly #handlers: Handlers;

  constructor(options: AdminOptions, files: StaticFiles, port: number) {
    const { backend, token, host, newId } = options;
    this.#options = options;
    this.#files = files;
    this.#access = { token, port, host };
    this.#tries = new FailedTries(backend.clock);
    const { clock } = backend;
    this.#replays = new BulkJobs({ clock, newId, tally: () => ({ started: 0 }) });
    const tally = (): AcceptTally => ({ accepted: 0, duplicates: 0, stillRefused: 0, results: [] });
    this.#acceptances = new BulkJobs({ clock, newId, tally });
    this.#stream = new ChangeStream(backend);
    this.#handlers = {
      ...eventHandlers,
      ...exportHandlers,
      ...runHandlers,
      ...operateHandlers,
      ...replayHandlers(this.#replays),
      ...refusedHandlers(this.#acceptances),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream[Symbol.dispose]();
    this.#replays[Symbol.dispose]();
    this.#acceptances[Symbol.dispose]();
    await this.#printer[Symbol.asyncDispose]();
  }

  /** Answers one request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const reply = await this.#answer(request, response);
      if (reply !== undefined) send(request, response, reply);
    } catch (fault) {
      // Who asked has left, maybe before the body had come: nobody waits for an answer, and nothing of ours is at fault.
      if (fault instanceof Left || (request.destroyed && !request.complete)) return;
      if (!(fault instanceof GtcError || fault instanceof FieldFaults))
        this.#options.onFault("answering on the admin port", fault);
      if (response.headersSent) response.destroy();
      else send(request, response, faultReply(fault));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Reply | undefined> {
    if ((request.headersDistinct["host"]?.length ?? 0) > 1)
      return problem({ status: 400, detail: "The request names more than one host (RFC 9112, 3.2)." });
    if (!URL.canParse(request.url ?? "", BASE)) return problem({ status: 400, detail: "The target is no URL." });
    const url = new URL(request.url ?? "", BASE);
    switch (url.pathname) {
      case "/healthz":
        return this.#health(request);
      case "/readyz":
        return this.#readiness();
      case "/metrics": {
        const foreign = judgeOpenRead({ method: "GET", headers: request.headers }, this.#access);
        if (foreign !== undefined) return problem({ status: foreign.status, detail: foreign.because });
        const { contentType, text } = await this.#options.metrics();
        return { status: 200, headers: { "content-type": contentType }, body: text };
      }
      default:
        return url.pathname.startsWith("/api/") ? this.#api(request, response, url) : this.#page(request, url);
    }
  }

  /** That the process answers, and, to who asks for it, that it is the one that has the token. */
  #health({ headers }: IncomingMessage): Reply {
    const challenge = headers[CHALLENGE_HEADER];
    const alive = json(200, { status: "ok" });
    if (typeof challenge !== "string") return alive;
    return { ...alive, headers: { ...alive.headers, [PROOF_HEADER]: proofOf(this.#options.token, challenge) } };
  }

  /** Whether requests should be sent here; a balancer that hears so in time sends none to a port that is about to close. */
  #readiness(): Reply {
    if (this.#options.isStopping()) return json(503, { status: "stopping" });
    const health = this.#options.backend.log.health();
    if (health.status !== "ready") return json(503, { ...health });
    const { status, backlog, projectionLagBytes } = health;
    return json(200, { status, backlog, projection_lag_bytes: projectionLagBytes });
  }

  #page(request: IncomingMessage, url: URL): Reply {
    const foreign = judgeOrigin({ method: "GET", headers: { host: request.headers.host } }, this.#access);
    if (foreign !== undefined) return problem({ status: foreign.status, detail: foreign.because });
    if (request.method !== "GET" && request.method !== "HEAD")
      return problem({ status: 405, detail: "The page is read with GET.", allow: "GET, HEAD" });
    return this.#files.answer(url.pathname, request.headers);
  }

  async #api(request: IncomingMessage, response: ServerResponse, url: URL): Promise<Reply | undefined> {
    const asked = { method: request.method ?? "", headers: request.headers };
    const routed = routeRequest(asked.method, url);
    if (!("problem" in routed) && routed.name === "login") return this.#login(request, routed);
    const access = judgeAccess(asked, this.#access);
    if (!access.ok) return problem({ status: access.status, detail: access.because });
    if (url.pathname === "/api/openapi.json") return json(200, openApiDocument(this.#options.backend.version));
    if ("problem" in routed) return problem(routed.problem);
    if (routed.name === "stream") return this.#follow(request, response, routed);
    if (routed.name === "logout")
      return { ...json(200, { ok: true }), headers: { ...JSON_TYPE, "set-cookie": endedCookie(this.#access) } };
    const read = await this.#body(request, routed);
    if ("problem" in read) return problem(read.problem);
    const audit = this.#audit(access.by, request.socket.remoteAddress ?? "");
    return this.#operate(routed, read.body, audit, whenLeft(response));
  }

  /**
   * Failed logins are counted over all senders: on loopback they have one address. Programs with an old token are not: one
   * that asks again and again would keep the operator out, and no token of 256 bits is found by asking.
   */
  async #login(request: IncomingMessage, routed: RoutedRequest): Promise<Reply> {
    const foreign = judgeOrigin({ method: "POST", headers: request.headers }, this.#access);
    if (foreign !== undefined) return problem({ status: foreign.status, detail: foreign.because });
    if (!this.#tries.isOpen) return problem({ status: 429, detail: "Too many failed tries; wait a few seconds." });
    const read = await this.#body(request, routed, MAX_LOGIN_BYTES);
    if ("problem" in read) return problem(read.problem);
    const cookie = sessionCookie((read.body as { token: string }).token, this.#access);
    if (cookie === undefined) {
      this.#tries.failed();
      return problem({ status: 401, detail: "The token is not the one of this gateway." });
    }
    await this.#audit("cookie", request.socket.remoteAddress ?? "")("login", "");
    return { ...json(200, { ok: true }), headers: { ...JSON_TYPE, "set-cookie": cookie } };
  }

  async #follow(
    request: IncomingMessage,
    response: ServerResponse,
    { query }: RoutedRequest,
  ): Promise<Reply | undefined> {
    if (!this.#stream.hasRoom) return problem({ status: 503, detail: "Too many pages follow the stream already." });
    await this.#stream.serve(request, response, query as never);
    return undefined;
  }

  async #body(
    request: IncomingMessage,
    { operation }: RoutedRequest,
    maxBytes = MAX_BODY_BYTES,
  ): Promise<{ readonly body: unknown } | { readonly problem: ApiProblem }> {
    if (operation.body === undefined) return { body: undefined };
    // A form on another site cannot send this type without asking first.
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? ""))
      return { problem: { status: 415, detail: "Send the body as application/json." } };
    const pieces = new BodyPieces();
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) return { problem: { status: 413, detail: "The body is too large." } };
      pieces.add(chunk);
    }
    return readApiBody(operation.body, pieces.whole().toString("utf8"));
  }

  async #operate(routed: RoutedRequest, body: unknown, audit: Audit, signal: AbortSignal): Promise<Reply> {
    const { name, operation, params, query } = routed;
    const { backend } = this.#options;
    // The table's types say what each handler takes; this one place hands over what its schemas have read.
    const handler = this.#handlers[name as keyof Handlers] as (input: unknown) => Promise<unknown>;
    const result = await handler({ params, query, body, backend, printer: this.#printer, audit, signal });
    if (result instanceof PrintedJson) return { status: operation.status, headers: JSON_TYPE, body: result.json };
    if (operation.answer !== undefined) return json(operation.status, result as JsonValue);
    const { headers, body: raw } = result as { headers: Record<string, string>; body: Uint8Array | string };
    return { status: operation.status, headers, body: raw };
  }

  #audit(by: AuditEntry["by"], remoteAddress: string): Audit {
    const { audit, clock } = this.#options.backend;
    return (act, subject) =>
      audit.write({ at: new Date(clock.now()).toISOString(), act, subject, by, remote_address: remoteAddress });
  }
}

type Audit = HandlerInput<OperationName>["audit"];

class Left extends Error {}

/** Aborted when the connection ends before the answer has left. */
function whenLeft(response: ServerResponse): AbortSignal {
  const left = new AbortController();
  response.once("close", () => left.abort(new Left("who asked has left")));
  return left.signal;
}

const JSON_TYPE = { "content-type": "application/json" };

function json(status: number, body: JsonValue): Reply {
  return { status, headers: JSON_TYPE, body: stringifyJson(body) };
}

function problem({ status, allow, ...members }: ApiProblem): Reply {
  const headers = {
    "content-type": "application/problem+json",
    ...(allow !== undefined && { allow }),
    ...(status === 401 && { "www-authenticate": "Bearer" }),
    ...(status === 429 && { "retry-after": "6" }),
  };
  return { status, headers, body: JSON.stringify({ type: "about:blank", status, ...members }) };
}

function faultReply(fault: unknown): Reply {
  if (fault instanceof FieldFaults) return problem({ status: 400, detail: fault.message, errors: fault.faults });
  if (!(fault instanceof GtcError)) return problem({ status: 500, detail: messageOf(fault) });
  return problem({ status: fault.spec.status ?? 500, code: fault.code, detail: fault.message, fix: fault.fix });
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  request.resume();
  response.writeHead(status, {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    ...headers,
    // Of a 304 it would speak of the file that was not sent (RFC 9110, 15.4.5).
    ...(status !== 304 && { "content-length": Buffer.byteLength(body) }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
