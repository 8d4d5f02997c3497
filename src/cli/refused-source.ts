/** Where the `refused` commands get their requests: from the running gateway, or from the log when none runs. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { refusalJson, type Accepted, type RefusalSelection } from "../admin/index.ts";
import { defined, GtcError, type JsonValue } from "../base/index.ts";
import { inspectLog } from "../gateway.ts";
import { acceptOffline } from "../offline.ts";
import type { CommandContext } from "./command.ts";
import { findGatewayApi, type GatewayApi } from "./gateway-api.ts";
import { configFor, soundBundle } from "./load.ts";
import { faultsTo, noticesTo } from "./log-notice-text.ts";
import { pathExists } from "./path-exists.ts";
import { readBundleFile } from "../setup/index.ts";

export type RefusedFilter = NonNullable<RefusalSelection["filter"]>;
export type RefusedRow = ReturnType<typeof refusalJson>;

export interface RefusedSource {
  /** Newest first. */
  list(filter: RefusedFilter, accepted: boolean | undefined, limit: number): Promise<readonly RefusedRow[]>;
  /** Oldest first; `rate` is how many a second while the gateway runs. */
  accept(selection: RefusalSelection, rate: number): Promise<AcceptedBulk>;
}

/** What became of them; the gateway lists the first ones only, of those that it verified and of those that it could not. */
export interface AcceptedBulk extends Accepted {
  /** Of those that are not listed, how many are an event now and how many are not. */
  readonly more: { readonly events: number; readonly left: number };
  /** How many were not looked at, because somebody stopped it. */
  readonly untried: number;
}

/** What is there. @throws GtcError */
export async function openRefused(context: CommandContext, folder: string): Promise<RefusedSource> {
  const api = await findGatewayApi(folder);
  return api === undefined ? fromLog(context, folder) : overApi(api);
}

const POLL_MS = 200;

function overApi(call: GatewayApi): RefusedSource {
  return {
    list: async (filter, accepted, limit) => {
      const query = new URLSearchParams({ limit: String(limit) });
      for (const [name, value] of Object.entries({ ...filter, accepted }))
        if (value !== undefined) query.set(name, String(value));
      return pageSchema.parse(await call(`refused?${query.toString()}`)).items;
    },
    accept: async (selection, rate) => {
      const body = { ...selection, rate } as unknown as JsonValue;
      let job = jobSchema.parse(await call("refused/accept", { method: "POST", body }));
      while (job.status === "running") {
        await delay(POLL_MS);
        job = jobSchema.parse(await call(`acceptances/${job.id}`));
      }
      return bulkOf(job);
    },
  };
}

const pageSchema = z.object({ items: z.array(z.custom<RefusedRow>(() => true)) });
const jobSchema = z.object({
  id: z.string(),
  status: z.enum(["running", "done", "cancelled"]),
  total: z.number(),
  accepted: z.number(),
  duplicates: z.number(),
  still_refused: z.number(),
  failed: z.number(),
  results: z.array(z.custom<Accepted["results"][number]>(() => true)),
  failures: z.array(z.object({ refusal_id: z.string(), message: z.string() })),
});

function fromLog(context: CommandContext, folder: string): RefusedSource {
  const logFolder = join(folder, "state", "log");
  return {
    list: async ({ type, q, since, until, ...same }, accepted, limit) => {
      await readBundleFile(folder);
      if (!(await pathExists(logFolder))) return [];
      await using log = await inspectLog(logFolder, noticesTo(context));
      const { items } = await log.queries.listRefusals({
        limit,
        ...defined({ ...same, eventType: type, text: q, accepted, sinceMs: timeOf(since), untilMs: timeOf(until) }),
      });
      return items.map(refusalJson);
    },
    accept: async (selection) => {
      await readBundleFile(folder);
      if (!(await pathExists(logFolder))) throw new GtcError("GTC_NOTHING_MATCHES", { what: "refused request" });
      const config = await configFor(context, folder);
      return {
        ...(await acceptOffline(selection, {
          bundle: await soundBundle(context, folder, config),
          config,
          onNotice: noticesTo(context),
          onFault: faultsTo(context),
        })),
        more: { events: 0, left: 0 },
        untried: 0,
      };
    },
  };
}

function bulkOf({ results, failures, total, failed, ...job }: z.infer<typeof jobSchema>): AcceptedBulk {
  const stillListed = results.filter(({ outcome }) => outcome === "still_refused").length;
  const events = job.accepted + job.duplicates;
  const left = job.still_refused + failed;
  return {
    results,
    failures,
    more: { events: events - (results.length - stillListed), left: left - stillListed - failures.length },
    untried: total - events - left,
  };
}

function timeOf(iso: string | undefined): number | undefined {
  return iso === undefined ? undefined : Date.parse(iso);
}
