/** Hands the admin port what it works with, out of the parts of a running gateway. */
import { join } from "node:path";
import {
  AuditTrail,
  type AdminBackend,
  type BundleView,
  type DoctorFinding,
  type EventCopy,
  type SourceView,
} from "./admin/index.ts";
import { systemClock, type NewId } from "./base/index.ts";
import { planRuns } from "./dispatch/index.ts";
import type { Envelope } from "./event/index.ts";
import type { EventLog } from "./event-log/index.ts";
import type { FlowSet } from "./flow/index.ts";
import type { Acceptor } from "./ingress/index.ts";
import { replayEvent } from "./replay/index.ts";
import { urlRow, urlTable, type LoadedBundle, type UrlRow } from "./setup/index.ts";

export interface AdminBackendOptions {
  readonly log: EventLog;
  readonly acceptor: Acceptor;
  readonly newId: NewId;
  readonly version: string;
  readonly maskPaths: readonly string[];
  /** The flows of now, and the bundle with the sources of now. */
  readonly current: { readonly flows: FlowSet; readonly bundle: LoadedBundle };
  /** Where the gateway itself is reached. */
  readonly webhookUrl: () => string;
  readonly doctor: () => Promise<readonly DoctorFinding[]>;
}

const SEND_TIMEOUT_MS = 30_000;

export function adminBackend(options: AdminBackendOptions): AdminBackend {
  const { log, newId, version, current, acceptor } = options;
  const views = new WeakMap<LoadedBundle, BundleView>();
  const { folder } = current.bundle;
  const hindranceTo: AdminBackend["hindranceTo"] = (refusal) => acceptor.hindranceTo(refusal);
  return {
    log,
    queries: log.queries,
    clock: systemClock,
    version,
    startedAtMs: systemClock.now(),
    audit: new AuditTrail(join(folder, "state", "audit.jsonl")),
    maskPaths: options.maskPaths,
    doctor: options.doctor,
    bundle: () => {
      const { bundle } = current;
      const view = views.get(bundle) ?? bundleView(bundle);
      views.set(bundle, view);
      return view;
    },
    replay: (eventId) => replayEvent(eventId, { log, flows: current.flows, clock: systemClock, newId, hindranceTo }),
    accept: (refusal, beforeStored) => acceptor.accept(refusal, beforeStored),
    hindranceTo,
    storeCopy: async (original, copy) => {
      const envelope = copyOf(original, copy, newId());
      const plan = planRuns(current.flows, envelope, newId);
      const runs = plan.runs.map((run) => ({ ...run, replayOf: original.id }));
      await log.append({ envelope, runs });
      return { eventId: envelope.id, runs };
    },
    send: async ({ target, headers, body }) => {
      const response = await fetch(options.webhookUrl() + target, {
        method: "POST",
        headers: headers.map(([name, value]): [string, string] => [name, value]),
        body: Buffer.from(body),
        signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
      });
      return { status: response.status, body: await response.text() };
    },
  };
}

/** An operator's copy of an event: its own id, no signature, no delivery id, never refused, marked as sent by the operator. */
function copyOf(original: Envelope, { body, headers, target, providerType }: EventCopy, id: string): Envelope {
  const { dedupe: _dedupe, providerType: _type, acceptedFrom: _refusal, ...envelope } = original;
  return {
    ...envelope,
    id,
    receivedAtMs: systemClock.now(),
    headers,
    target,
    rawBody: body,
    ...(providerType !== undefined && { providerType }),
    verdict: { status: "unsigned", sentBy: "operator" },
  };
}

function bundleView(bundle: LoadedBundle): BundleView {
  const { name, tenants } = bundle.bundle;
  return {
    folder: bundle.folder,
    name,
    tenants,
    publicBaseUrl: bundle.publicBaseUrl,
    flows: bundle.flows,
    sources: urlTable(bundle).map((row) => sourceView(bundle, row)),
    sourceOf: (tenant, eventType) => {
      const row = urlRow(bundle, tenant, eventType);
      return row && sourceView(bundle, row);
    },
  };
}

function sourceView(bundle: LoadedBundle, row: UrlRow): SourceView {
  const tenant = bundle.sources.get(row.tenant);
  const scheme = tenant?.byType.get(row.event_type) ?? tenant?.fallback;
  return {
    tenant: row.tenant,
    eventType: row.event_type,
    url: row.url,
    verified: row.verified,
    verifiedBy: row.verified_by,
    flows: row.flows,
    ...(scheme !== undefined && { scheme }),
  };
}
