/** Who asks the admin port and leaves before the answer: nothing goes on for nobody. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createIdSource, systemClock } from "../base/index.ts";
import type { EventQuery, EventRowView, Page } from "../event-log/index.ts";
import { createMemoryLog } from "../event-log/memory/index.ts";
import { startAdmin, type AdminServer } from "./admin-server.ts";
import type { AdminBackend } from "./api/backend.ts";
import { AuditTrail } from "./audit-trail.ts";

const TOKEN = "t".repeat(43);

let folder: string;
let admin: AdminServer;
let audit: AuditTrail;
let faults: string[];
let replayed: string[];
let leave: AbortController;
/** The list that was asked for, and what answers it. */
interface Listed {
  readonly query: EventQuery;
  readonly answer: (page: Page<EventRowView>) => void;
}
let listed: Promise<Listed>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gtc-admin-"));
  audit = new AuditTrail(join(folder, "audit.jsonl"));
  [faults, replayed, leave] = [[], [], new AbortController()];
  const log = createMemoryLog();
  let tell: (search: Listed) => void;
  listed = new Promise((resolve) => (tell = resolve));
  const listEvents = (query: EventQuery): Promise<Page<EventRowView>> =>
    new Promise((answer) => tell({ query, answer }));
  const queries: AdminBackend["queries"] = Object.create(log.queries, { listEvents: { value: listEvents } });
  const replay = async (id: string) => {
    replayed.push(id);
    return [];
  };
  admin = await startAdmin({
    host: "127.0.0.1",
    port: 0,
    token: TOKEN,
    backend: { log, queries, replay, audit, clock: systemClock, version: "1" } as Partial<AdminBackend> as AdminBackend,
    newId: createIdSource(systemClock),
    isStopping: () => false,
    metrics: async () => ({ contentType: "text/plain", text: "" }),
    onFault: (what, fault) => faults.push(`${what}: ${String(fault)}`),
  });
});

afterEach(async () => {
  await admin[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const { host, port } = admin.address;
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  return fetch(`http://${host}:${port}${path}`, { headers, ...init });
}

/** Leaves when the list is asked for; the signal that says so to who looks for it. */
async function leaveEarly(asking: Promise<Response>): Promise<Listed> {
  const search = await listed;
  leave.abort();
  await expect(asking).rejects.toThrow("aborted");
  const { signal } = search.query;
  if (signal?.aborted === false) await once(signal, "abort");
  return search;
}

test("a search is given up", async () => {
  const { query } = await leaveEarly(ask("/api/events?q=needle", { signal: leave.signal }));
  expect(query.signal?.aborted).toBe(true);
});

test("a bulk job of which nobody would know is not started", async () => {
  const body = JSON.stringify({ filter: { tenant: "demo" } });
  const { answer } = await leaveEarly(ask("/api/replays", { method: "POST", body, signal: leave.signal }));
  answer({ items: [{ id: "event-1" } as EventRowView] });
  expect((await ask("/healthz")).status).toBe(200);
  expect(replayed).toEqual([]);
  expect((await audit.list(10)).items).toEqual([]);
  expect(faults).toEqual([]);
});
