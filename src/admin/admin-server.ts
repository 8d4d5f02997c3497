/**
 * The admin port: health for probes, metrics for Prometheus, and the API that the CLI uses while the gateway runs.
 * `/healthz`, `/readyz` and `/metrics` need no token (they tell nothing of events); everything under `/api` does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { GtcError, messageOf } from "../base/index.ts";
import type { EventFilter, EventLog, PlannedRun } from "../event-log/index.ts";
import { judgeAccess } from "./access.ts";
import { listEventViews, showEventView } from "./event-views.ts";
import { refusalToJson, viewText } from "./views.ts";

export interface AdminOptions {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly log: EventLog;
  readonly replay: (eventId: string) => Promise<readonly PlannedRun[]>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface AdminServer extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 50;

/** Starts the admin port. @throws GtcError GTC_PORT_BUSY. */
export async function startAdmin(options: AdminOptions): Promise<AdminServer> {
  const server = createServer((request, response) => {
    answer(request, options)
      .catch((fault: unknown) => faultReply(fault))
      .then((reply) => send(request, response, reply))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const { host, port } = options;
      reject(
        cause.code === "EADDRINUSE"
          ? new GtcError("GTC_PORT_BUSY", { host, port, option: "--admin-port" }, { cause })
          : cause,
      );
    });
    server.listen(options.port, options.host, resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    address: { host: address, port },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, options: AdminOptions): Promise<Reply> {
  const url = new URL(request.url ?? "/", "http://admin");
  switch (url.pathname) {
    case "/healthz":
      return json(200, { status: "ok" });
    case "/readyz": {
      const health = options.log.health();
      return json(health.status === "ready" ? 200 : 503, health);
    }
    case "/metrics": {
      const { contentType, text } = await options.metrics();
      return { status: 200, type: contentType, body: text };
    }
    default:
      return url.pathname.startsWith("/api/") ? api(request, url, options) : problem(404, "There is nothing here.");
  }
}

async function api(request: IncomingMessage, url: URL, options: AdminOptions): Promise<Reply> {
  const { token, port, host } = options;
  const access = judgeAccess({ method: request.method ?? "", headers: request.headers }, { token, port, host });
  if (!access.ok) return problem(access.status, access.because);
  const [, , collection, id, act] = url.pathname.split("/");
  const isGet = request.method === "GET";
  if (collection === "events" && id === undefined && isGet) return listEvents(url.searchParams, options.log);
  if (collection === "events" && id !== undefined && act === undefined && isGet) return showEvent(id, options.log);
  if (collection === "events" && id !== undefined && act === "replay" && request.method === "POST")
    return replay(id, options);
  if (collection === "refused" && id === undefined && isGet) return listRefused(url.searchParams, options.log);
  return problem(404, "There is no such resource.");
}

async function listEvents(query: URLSearchParams, log: EventLog): Promise<Reply> {
  const filter = filterOf(query);
  if (typeof filter === "string") return problem(400, filter);
  const lines = (await listEventViews(log, filter)).map((event) => JSON.stringify(event));
  return { status: 200, type: "application/x-ndjson", body: lines.length === 0 ? "" : `${lines.join("\n")}\n` };
}

async function showEvent(id: string, log: EventLog): Promise<Reply> {
  const view = await showEventView(log, id);
  return view === undefined
    ? faultReply(new GtcError("GTC_EVENT_NOT_FOUND", { id }))
    : { status: 200, type: "application/json", body: viewText(view) };
}

async function replay(id: string, options: AdminOptions): Promise<Reply> {
  const runs = await options.replay(id);
  return json(202, { event_id: id, replay_of: id, runs: runs.map(({ id: runId, flow }) => ({ id: runId, flow })) });
}

async function listRefused(query: URLSearchParams, log: EventLog): Promise<Reply> {
  const tenant = query.get("tenant");
  const refusals = await log.listRefusals({ limit: limitOf(query), ...(tenant !== null && { tenant }) });
  return {
    status: 200,
    type: "application/x-ndjson",
    body: refusals.map((refusal) => `${viewText(refusalToJson(refusal))}\n`).join(""),
  };
}

const STATUSES = new Set(["received", "done", "failed", "unmatched", "refused", "duplicate"]);

/** Reads the filter, or says what is wrong with it. */
function filterOf(query: URLSearchParams): EventFilter | string {
  const status = query.get("status");
  if (status !== null && !STATUSES.has(status)) return `status must be one of ${[...STATUSES].join(", ")}.`;
  const since = query.get("since");
  const sinceMs = since === null ? undefined : Date.parse(since);
  if (sinceMs !== undefined && Number.isNaN(sinceMs)) return "since must be an ISO 8601 time.";
  const tenant = query.get("tenant");
  const eventType = query.get("type");
  return {
    limit: limitOf(query),
    ...(tenant !== null && { tenant }),
    ...(eventType !== null && { eventType }),
    ...(status !== null && { status: status as NonNullable<EventFilter["status"]> }),
    ...(sinceMs !== undefined && { sinceMs }),
  };
}

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get("limit") ?? DEFAULT_LIMIT);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, MAX_LIMIT) : DEFAULT_LIMIT;
}

function json(status: number, body: unknown): Reply {
  return { status, type: "application/json", body: JSON.stringify(body) };
}

function problem(status: number, detail: string): Reply {
  return { status, type: "application/problem+json", body: JSON.stringify({ type: "about:blank", status, detail }) };
}

function faultReply(fault: unknown): Reply {
  if (!(fault instanceof GtcError)) return problem(500, messageOf(fault));
  const status = fault.code === "GTC_EVENT_NOT_FOUND" ? 404 : (fault.spec.status ?? 500);
  const body = { type: "about:blank", status, code: fault.code, detail: fault.message, fix: fault.fix };
  return { status, type: "application/problem+json", body: JSON.stringify(body) };
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body }: Reply): void {
  request.resume();
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 401 && { "www-authenticate": "Bearer" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
