/** Sources, numbers, doctor's findings, and what operators did. */
import { defined, GtcError } from "../../base/index.ts";
import {
  gaugeSampleOf,
  worseSample,
  type GaugeSample,
  type Refusal,
  type SourceUse,
  type TrafficBucket,
} from "../../event-log/index.ts";
import type * as Contract from "../contract/index.ts";
import type { AdminBackend, BundleView, SourceView } from "./backend.ts";
import { isoTime, timeOrNull } from "../json-values.ts";
import type { Handlers } from "./handler.ts";
import { percentilesJson } from "./run-handlers.ts";

type OperateHandlers = Pick<Handlers, "info" | "listSources" | "overview" | "doctor" | "listAudit">;

const BUCKETS_MS = { "1m": 60_000, "5m": 300_000, "15m": 900_000, "1h": 3_600_000, "6h": 21_600_000, "1d": 86_400_000 };
/** More would be more than a chart can show. */
const MOST_BUCKETS = 500;
const HOUR_MS = 3_600_000;
/** Refusals that are looked at for when a source was refused last: the newest of them all. */
const LOOKED_AT_REFUSALS = 1000;

export const operateHandlers: OperateHandlers = {
  info: async ({ backend }) => {
    const { name, publicBaseUrl, tenants } = backend.bundle();
    const { version, startedAtMs } = backend;
    return {
      version,
      bundle: name,
      public_base_url: publicBaseUrl,
      started_at: isoTime(startedAtMs),
      tenants: [...tenants],
    };
  },

  listSources: async ({ backend }) => {
    const [uses, refusals] = await Promise.all([
      backend.queries.sourceUse(),
      backend.queries.listRefusals({ limit: LOOKED_AT_REFUSALS, withoutBodies: true }),
    ]);
    const sources = withUnnamed(backend.bundle(), uses);
    const items = sources.map((source) => sourceJson(source, uses, refusals.items));
    return { items, next_cursor: null, searched_to: null };
  },

  overview: async ({ query: { since, until, bucket, tenant }, backend }) => {
    const untilMs = until === undefined ? backend.clock.now() : Date.parse(until);
    const sinceMs = since === undefined ? untilMs - HOUR_MS : Date.parse(since);
    const bucketMs = bucket === undefined ? fittingBucket(untilMs - sinceMs) : BUCKETS_MS[bucket];
    if (sinceMs >= untilMs || (untilMs - sinceMs) / bucketMs > MOST_BUCKETS)
      throw new GtcError("GTC_BAD_REQUEST", {
        detail: `since must be before until, and at most ${MOST_BUCKETS} buckets apart.`,
      });
    return overviewJson(backend, { sinceMs, untilMs, bucketMs, ...defined({ tenant }) });
  },

  doctor: async ({ backend }) => {
    const findings = await backend.doctor();
    const items = findings.map(({ fix = null, frame = null, ...finding }) => ({ ...finding, fix, frame }));
    return { items, next_cursor: null, searched_to: null };
  },

  listAudit: async ({ query: { limit, cursor }, backend }) => {
    const { items, next } = await backend.audit.list(limit, cursor === undefined ? undefined : Number(cursor));
    return { items: [...items], next_cursor: next === undefined ? null : String(next), searched_to: null };
  },
};

/** The finest bucket of which at most some hundred fit in. */
function fittingBucket(periodMs: number): number {
  return Object.values(BUCKETS_MS).find((bucketMs) => periodMs / bucketMs <= 120) ?? BUCKETS_MS["1d"];
}

async function overviewJson(
  { queries, log, clock }: AdminBackend,
  query: { sinceMs: number; untilMs: number; bucketMs: number; tenant?: string },
): Promise<Contract.Overview> {
  const [buckets, totals, storage] = await Promise.all([queries.traffic(query), log.counts(), queries.storage()]);
  const health = log.health();
  const nowMs = clock.now();
  const present = gaugeSampleOf(totals, storage, nowMs);
  const isNow = ({ startMs }: TrafficBucket): boolean => startMs <= nowMs && nowMs < startMs + query.bucketMs;
  return {
    since: isoTime(query.sinceMs),
    until: isoTime(query.untilMs),
    bucket_ms: query.bucketMs,
    // Samples are taken at the end of a minute: without the present, the newest bucket would say nothing for most of it.
    buckets: buckets.map((bucket) => bucketJson(isNow(bucket) ? withSample(bucket, present) : bucket)),
    totals: { events: { ...totals.events }, runs: { ...totals.runs }, dead_letters: totals.deadLetters },
    backlog: totals.runs.queued + totals.runs.running + totals.runs.waiting,
    oldest_open_at: timeOrNull(totals.oldestOpenAtMs),
    storage: {
      journal_bytes: storage.journalBytes,
      projection_bytes: storage.projectionBytes,
      free_bytes: storage.freeBytes,
      oldest_event_at: timeOrNull(storage.oldestEventAtMs),
    },
    health:
      health.status === "ready"
        ? { status: "ready", because: null }
        : { status: "unavailable", because: health.because },
  };
}

function withSample(bucket: TrafficBucket, sample: GaugeSample): TrafficBucket {
  return { ...bucket, gauges: bucket.gauges === undefined ? sample : worseSample(bucket.gauges, sample) };
}

function bucketJson(bucket: TrafficBucket): Contract.TrafficBucket {
  const { verified, unsigned, refused, refusedBy, duplicates, unmatched } = bucket;
  return {
    start: isoTime(bucket.startMs),
    verified,
    unsigned,
    refused,
    refused_by: { ...refusedBy },
    duplicates,
    unmatched,
    runs_succeeded: bucket.runsSucceeded,
    runs_failed: bucket.runsFailed,
    acknowledgement: percentilesJson(bucket.acknowledgement),
    runs: percentilesJson(bucket.runs),
    ...gaugesJson(bucket.gauges),
  };
}

function gaugesJson(sample: GaugeSample | undefined): Pick<Contract.TrafficBucket, "backlog" | "storage"> {
  if (sample === undefined) return { backlog: null, storage: null };
  const { queued, running, waiting, oldestMs, journalBytes, projectionBytes, freeBytes } = sample;
  return {
    backlog: { queued, running, waiting, oldest_ms: oldestMs ?? null },
    storage: { journal_bytes: journalBytes, projection_bytes: projectionBytes, free_bytes: freeBytes },
  };
}

/**
 * The sources of the table, and event types that nothing names but whose events a secret verified (`secret_key` is for any
 * of them). What nothing verified does not count: a stranger could make up names without end.
 */
function withUnnamed({ sources, sourceOf }: BundleView, uses: readonly SourceUse[]): readonly SourceView[] {
  const named = new Set(sources.map(({ tenant, eventType }) => `${tenant}/${eventType}`));
  const unnamed = uses.flatMap(({ tenant, eventType, keyName }) => {
    const path = `${tenant}/${eventType}`;
    if (keyName === undefined || named.has(path)) return [];
    named.add(path);
    return sourceOf(tenant, eventType) ?? [];
  });
  return [...sources, ...unnamed];
}

function sourceJson(source: SourceView, uses: readonly SourceUse[], refusals: readonly Refusal[]): Contract.Source {
  const refused = refusals.find(({ tenant, eventType }) => tenant === source.tenant && eventType === source.eventType);
  const own = uses.filter(({ tenant, eventType }) => tenant === source.tenant && eventType === source.eventType);
  return {
    tenant: source.tenant,
    event_type: source.eventType,
    url: source.url,
    verified: source.verified,
    verified_by: source.verifiedBy,
    flows: [...source.flows],
    last_received_at: timeOrNull(latest(own)),
    received_count: own.reduce((sum, { count }) => sum + count, 0),
    last_refused_at: timeOrNull(refused?.receivedAtMs),
    secrets: (source.scheme?.keys ?? []).map(({ name, notAfterMs }) => {
      const used = own.filter(({ keyName }) => keyName === name);
      return {
        name,
        not_after: timeOrNull(notAfterMs),
        last_used_at: timeOrNull(latest(used)),
        used_count: used.reduce((sum, { count }) => sum + count, 0),
      };
    }),
  };
}

function latest(uses: readonly SourceUse[]): number | undefined {
  return uses.length === 0 ? undefined : Math.max(...uses.map(({ lastReceivedAtMs }) => lastReceivedAtMs));
}
