/**
 * The composition root: the only file that names adapters. It opens the log, starts the runner threads, the webhook
 * port and the admin port, and hands back one thing to close.
 *
 * Order matters. Opening: log before dispatcher before ports, so that a request never finds a half-built gateway.
 * Closing, the other way round: no new requests, those under way are answered, runs finish or stay checkpointed, and
 * the log closes last, with everything that was recorded on disk. The admin port is open until then, and `/readyz` says
 * from the first moment that no more should be sent here. When the grace is over, whoever still waits for a flow
 * is told 202, and connections that are still open are cut.
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  adminToken,
  announceGateway,
  startAdmin,
  type AdminOptions,
  type AdminServer,
  type DoctorFinding,
  type GatewayFile,
} from "./admin/index.ts";
import { adminBackend } from "./admin-backend.ts";
import { createIdSource, LONGEST_TIMER_MS, ReleaseStack, systemClock, type NewId } from "./base/index.ts";
import type { GatewayConfig } from "./config/index.ts";
import { planRuns, type Dispatcher, type RunOver } from "./dispatch/index.ts";
import type { EventLog } from "./event-log/index.ts";
import { changeSetup } from "./change-setup.ts";
import { createHandshakeCompleter } from "./complete-handshake.ts";
import { CurrentBundle } from "./current-bundle.ts";
import { openEmbeddedLog, type LogNotice } from "./event-log/embedded/index.ts";
import { startIngress, type Ingress, type RequestRecord } from "./ingress/index.ts";
import { createGuardedFetch } from "./outgoing/index.ts";
import { ReplyDesk } from "./reply/index.ts";
import { reloadBundle, type LoadedBundle } from "./setup/index.ts";
import { createKeyStore, type FetchText } from "./signature/index.ts";
import { Metrics } from "./telemetry/index.ts";
import { sampleLog, TrafficMinutes } from "./traffic-minutes.ts";
import { acceptorOf, keepRetention, startDispatcher, storeFlows } from "./work-on-log.ts";

export interface GatewayOptions {
  readonly bundle: LoadedBundle;
  readonly config: GatewayConfig;
  /** The value of GTC_KEY, for secrets that come in a handshake. */
  readonly keyText?: string;
  /** Of gtc, for those who ask. */
  readonly version?: string;
  /** What `gtc doctor` finds now; it is told of the gateway, whose file may be missing. */
  readonly doctor?: (self: GatewayFile) => Promise<readonly DoctorFinding[]>;
  /** For secrets that are kept in the environment, when setup is loaded again. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How texts are fetched from providers; by default over the guarded client. */
  readonly fetchText?: FetchText;
  readonly onRequest?: (record: RequestRecord) => void;
  readonly onRunOver?: (over: RunOver) => void;
  readonly onFault?: (what: string, fault: unknown) => void;
  readonly onNotice?: (notice: LogNotice) => void;
}

export interface Gateway extends AsyncDisposable {
  readonly addresses: { readonly webhook: Address; readonly admin: Address };
  /** The bearer token of the admin API, also in `state/gateway.json`. */
  readonly token: string;
  /**
   * Takes over flows and sources of a bundle that `load` loads anew, from the one of now. One change after the other. Runs
   * that began go on with what they began with. @throws what `load` throws, GtcError GTC_LOG_UNAVAILABLE; nothing is taken over then
   */
  reload<Loaded extends { readonly bundle: LoadedBundle }>(
    load: (now: LoadedBundle) => Promise<Loaded>,
  ): Promise<Loaded>;
  /** Takes over what setup wrote: sources and secrets, but not the flows. */
  reloadSetup(): Promise<void>;
  /** Ends the grace of a gateway that is closing. Runs that are open then go on after the next start. */
  hurry(): void;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Starts everything. @throws GtcError GTC_PORT_BUSY, GTC_BUNDLE_LOCKED, GTC_LOG_FORMAT; whatever was opened is closed again. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const releases = new ReleaseStack();
  try {
    return await compose(options, releases);
  } catch (fault) {
    await releases[Symbol.asyncDispose]();
    throw fault;
  }
}

/** What the ports and the runs share. */
interface Parts {
  readonly log: EventLog;
  readonly replies: ReplyDesk;
  readonly current: CurrentBundle;
  readonly dispatcher: Dispatcher;
  readonly metrics: Metrics;
  readonly traffic: TrafficMinutes;
  readonly fetchText: FetchText;
  readonly newId: NewId;
  readonly onFault: (what: string, fault: unknown) => void;
  readonly reloadSetup: () => Promise<void>;
}

async function compose(options: GatewayOptions, releases: ReleaseStack): Promise<Gateway> {
  const { bundle, config } = options;
  const parts = await openParts(options, releases);
  const ingress = releases.use(await openWebhookPort(options, parts));
  const token = await adminToken(bundle.folder);
  let isStopping = false;
  const self = (): GatewayFile => ({
    pid: process.pid,
    admin_url: urlOf(admin.address),
    webhook_url: urlOf(ingress.address),
    token,
  });
  const access = { token, isStopping: () => isStopping };
  const admin: AdminServer = releases.use(await openAdminPort(options, parts, access, self));
  const stopRetention = keepRetention(parts.log, config.retentionMs, parts.onFault);
  const withdraw = await announceGateway(bundle.folder, self(), parts.onFault);
  const grace = new AbortController();
  return {
    addresses: { webhook: ingress.address, admin: admin.address },
    token,
    reloadSetup: parts.reloadSetup,
    reload: (load) =>
      parts.current.change(async (now) => {
        const loaded = await load(now);
        await storeFlows(parts.log, loaded.bundle.flows);
        return loaded;
      }, systemClock),
    [Symbol.asyncDispose]: async () => {
      isStopping = true;
      stopRetention();
      try {
        await finishWork(parts, ingress, endOf(grace.signal, config.shutdownGraceMs - LAST_ANSWERS_MS));
      } finally {
        grace.abort();
        // Not before: as long as the log is held, commands have nobody else to ask.
        await withdraw();
        await releases[Symbol.asyncDispose]();
      }
    },
    hurry: () => grace.abort(),
  };
}

/** Everything but the ports, in the order in which it is needed. */
async function openParts(options: GatewayOptions, releases: ReleaseStack): Promise<Parts> {
  const { bundle, onFault = () => undefined } = options;
  const log = releases.use(await openLog(options));
  await storeFlows(log, bundle.flows);
  const fetchText = options.fetchText ?? createGuardedFetch();
  const current = new CurrentBundle(bundle, createKeyStore(fetchText));
  const replies = new ReplyDesk();
  const metrics = new Metrics({
    openRuns: () => dispatcher.openRuns,
    projectionLagBytes: () => lagOf(log),
    logReady: () => log.health().status === "ready",
    counts: () => log.counts(),
  });
  const onRunOver = (over: RunOver): void => {
    metrics.run({ flow: over.run.flow, status: over.end.status, durationMs: over.durationMs });
    options.onRunOver?.(over);
  };
  const dispatcher: Dispatcher = releases.use(startDispatcher({ ...options, onRunOver }, log, replies, current));
  const traffic = releases.use(
    new TrafficMinutes({
      now: () => systemClock.now(),
      record: (minute) => log.record([minute]),
      sample: () => sampleLog(log, systemClock.now()),
      onFault: (fault) => onFault("recording the traffic of a minute", fault),
    }),
  );
  const reloadSetup = async (): Promise<void> => {
    const { keyText, env = {}, config } = options;
    const load = { keyText, env, maxBodyBytes: config.maxBodyBytes };
    const { bundle: loaded, missing } = await current.change((now) => reloadBundle(now, load, "setup"), systemClock);
    const fault = missing ?? loaded.diagnostics.find(({ level }) => level === "error");
    if (fault !== undefined) onFault("reading bundle.yaml again (its last good version goes on)", fault.message);
  };
  const newId = createIdSource(systemClock);
  return { log, replies, current, dispatcher, metrics, traffic, fetchText, newId, onFault, reloadSetup };
}

function openWebhookPort(options: GatewayOptions, parts: Parts): Promise<Ingress> {
  const { log, replies, newId, onFault, current, metrics, traffic, dispatcher } = parts;
  return startIngress({
    ...options.config,
    log,
    replies,
    clock: systemClock,
    newId,
    onFault,
    sources: () => current.sources,
    plan: (event) => planRuns(current.flows, event, newId),
    early: (run, envelope) => dispatcher.early(run, envelope),
    onHandshake: createHandshakeCompleter({
      bundleFolder: options.bundle.folder,
      keyText: options.keyText,
      fetchText: parts.fetchText,
      reloadSources: parts.reloadSetup,
      changeSetup: (work) => changeSetup(options.bundle.folder, work),
      now: () => systemClock.now(),
    }),
    onRequest: (record) => {
      metrics.request(record);
      traffic.request(record);
      options.onRequest?.(record);
    },
  });
}

function openAdminPort(
  options: GatewayOptions,
  parts: Parts,
  access: Pick<AdminOptions, "token" | "isStopping">,
  self: () => GatewayFile,
): Promise<AdminServer> {
  const { config, version = "" } = options;
  const { log, newId, current, metrics, onFault } = parts;
  const acceptor = acceptorOf(config, parts);
  const webhookUrl = (): string => self().webhook_url;
  const doctor = async (): Promise<readonly DoctorFinding[]> => (await options.doctor?.(self())) ?? [];
  const { maskPaths } = config;
  return startAdmin({
    host: config.adminHost,
    port: config.adminPort,
    ...access,
    backend: adminBackend({ log, acceptor, newId, version, maskPaths, current, webhookUrl, doctor }),
    newId,
    onFault,
    metrics: async () => ({ contentType: metrics.contentType, text: await metrics.render() }),
  });
}

/** Answers what has arrived and lets runs end, at most until the grace is over. */
async function finishWork({ replies, dispatcher }: Parts, ingress: Ingress, graceIsOver: Promise<void>): Promise<void> {
  void graceIsOver.then(() => replies[Symbol.dispose]());
  await ingress.close(graceIsOver.then(() => delay(LAST_ANSWERS_MS, undefined, { ref: false })));
  // Until here runs were taken on, because requests waited for them.
  await dispatcher.drain(graceIsOver);
}

/** What is left of the grace for answers to leave. */
const LAST_ANSWERS_MS = 200;

/** Resolves after a time or with the signal, whichever comes first. */
export async function endOf(signal: AbortSignal, afterMs: number): Promise<void> {
  const timeMs = Math.min(Math.max(0, afterMs), LONGEST_TIMER_MS);
  await delay(timeMs, undefined, { signal }).catch(() => undefined);
}

function urlOf({ host, port }: Address): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

export function openLog({ bundle, config, onNotice }: GatewayOptions): Promise<EventLog> {
  return openEmbeddedLog({
    folder: join(bundle.folder, "state", "log"),
    clock: systemClock,
    dedupeWindowMs: config.dedupeWindowMs,
    refusalsKept: config.refusalsKept,
    mode: "write",
    ...(onNotice !== undefined && { onNotice }),
  });
}

function lagOf(log: EventLog): number {
  const health = log.health();
  return health.status === "ready" ? health.projectionLagBytes : 0;
}

/** Opens the log to read it while no gateway runs. @throws GtcError GTC_BUNDLE_LOCKED when one does. */
export function inspectLog(folder: string, onNotice: (notice: LogNotice) => void = () => undefined): Promise<EventLog> {
  return openEmbeddedLog({ folder, clock: systemClock, mode: "inspect", onNotice });
}
