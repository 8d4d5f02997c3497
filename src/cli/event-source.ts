/** Where the `events` commands get their events: from the running gateway, or from the log when none runs. */
import { join } from "node:path";
import { z } from "zod";
import { listEventViews, showEventView, type SummaryJson } from "../admin/index.ts";
import { formatDuration, GtcError, type JsonValue } from "../base/index.ts";
import type { EventFilter } from "../event-log/index.ts";
import { inspectLog } from "../gateway.ts";
import { replayOffline, type LastTry } from "../offline.ts";
import { visible } from "../text/index.ts";
import type { CommandContext } from "./command.ts";
import { findGatewayApi, type GatewayApi } from "./gateway-api.ts";
import { readBundleFolder } from "../setup/index.ts";
import { pathExists } from "./path-exists.ts";
import { configFor, soundBundle } from "./load.ts";
import { faultsTo, noticesTo } from "./log-notice-text.ts";

export interface EventSource extends AsyncDisposable {
  /** JSON lines. `query` has the names of the API's query. */
  list(query: Readonly<Record<string, string>>): Promise<readonly string[]>;
  show(id: string): Promise<JsonValue>;
  /** Without a gateway, each run is told with how its last try ended. */
  replay(id: string): Promise<JsonValue>;
}

/** Opens what is there. @throws GtcError */
export async function openEvents(context: CommandContext, folder: string): Promise<EventSource> {
  const api = await findGatewayApi(folder);
  return api === undefined ? openLog(context, folder) : overApi(api);
}

function overApi(call: GatewayApi): EventSource {
  const page = async (path: string, query: Readonly<Record<string, string>>): Promise<readonly JsonValue[]> =>
    pageSchema.parse(await call(`${path}?${new URLSearchParams(query).toString()}`)).items;
  return {
    list: async (query) => {
      const { status, ...others } = query;
      const events = await page("events", query);
      const refusals = status === undefined || status === "refused" ? await page("refused", others) : [];
      const rows = [
        ...events.map((event): SummaryJson => eventSchema.parse(event)),
        ...refusals.map((refusal): SummaryJson => refusalSchema.parse(refusal)),
      ];
      // Ids are UUIDv7: their order is the order of time.
      const newest = rows.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, Number(query["limit"]));
      return newest.map((row) => JSON.stringify(row));
    },
    show: (id) => call(`events/${encodeURIComponent(id)}/record`),
    replay: (id) => call(`events/${encodeURIComponent(id)}/replay`, { method: "POST" }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const pageSchema = z.object({ items: z.array(z.custom<JsonValue>(() => true)) });

/** What a line of the list has of an event of the API. */
const eventSchema = z.object({
  id: z.string(),
  tenant: z.string(),
  event_type: z.string(),
  received_at: z.string(),
  status: z.string(),
  verdict: z.string(),
  duplicate_of: z.string().nullable(),
  resolved_by: z.object({ run_id: z.string(), event_id: z.string(), at: z.string() }).nullable(),
  provider_type: z.string().nullable(),
  body_bytes: z.number(),
  runs: z.array(z.object({ id: z.string(), flow: z.string(), status: z.string() })),
});

/** A refused request as such a line. */
const refusalSchema = eventSchema.extend({
  status: z.string().default("refused"),
  verdict: z.string().default("refused"),
  duplicate_of: z.null().default(null),
  resolved_by: z.null().default(null),
  provider_type: z.null().default(null),
  runs: eventSchema.shape.runs.default([]),
});

async function openLog(context: CommandContext, folder: string): Promise<EventSource> {
  const logFolder = join(folder, "state", "log");
  const { bundle } = await readBundleFolder(folder);
  if (!(await pathExists(logFolder))) return nothingYet(bundle.name);
  const log = await inspectLog(logFolder, noticesTo(context));
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await log[Symbol.asyncDispose]();
  };
  return {
    list: async (query) => (await listEventViews(log, filterOf(query))).map((event) => JSON.stringify(event)),
    show: async (id) => {
      const view = await showEventView(log, id);
      if (view === undefined) throw new GtcError("GTC_EVENT_NOT_FOUND", { id });
      return view;
    },
    replay: async (id) => {
      await close();
      const config = await configFor(context, folder);
      const { stderr, paint } = context;
      // What was read only so far is repaired now, and what that leaves out was told above.
      const options = { bundle: await soundBundle(context, folder, config), config, onFault: faultsTo(context) };
      const runs = await replayOffline(id, options, ({ run, attempt, end }, delayMs) => {
        const why = "error" in end ? `: ${end.error.message}` : "";
        const said = `run of ${run.flow} failed (try ${attempt}, next try in ${formatDuration(delayMs)})${why}`;
        stderr.write(`${paint.warning("!")} ${visible(said)}\n`);
      });
      return { event_id: id, replay_of: id, runs: runs.map(runJson) };
    },
    [Symbol.asyncDispose]: close,
  };
}

/** With the names that `events show` has for them. */
function runJson({ run, attempt, end, resumeAtMs }: LastTry): JsonValue {
  return {
    id: run.id,
    flow: run.flow,
    status: end.status,
    attempt,
    error: "error" in end ? { ...end.error } : null,
    resume_at: resumeAtMs === undefined ? null : new Date(resumeAtMs).toISOString(),
  };
}

/** A bundle that no gateway has run on. */
function nothingYet(name: string): EventSource {
  const none = async (id: string): Promise<never> => {
    throw new GtcError("GTC_EVENT_NOT_FOUND", { id }, { cause: `${name} has received no event yet` });
  };
  return { list: async () => [], show: none, replay: none, [Symbol.asyncDispose]: async () => undefined };
}

function filterOf(query: Readonly<Record<string, string>>): EventFilter {
  const { limit = "50", tenant, type, status, since } = query;
  return {
    limit: Number(limit),
    ...(tenant !== undefined && { tenant }),
    ...(type !== undefined && { eventType: type }),
    ...(status !== undefined && { status: status as NonNullable<EventFilter["status"]> }),
    ...(since !== undefined && { sinceMs: Date.parse(since) }),
  };
}
