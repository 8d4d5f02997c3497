/** What commands do on a bundle while no gateway runs: the work of the gateway, without its ports. */
import { join } from "node:path";
import { acceptRefusals, AuditTrail, type Accepted, type RefusalSelection } from "./admin/index.ts";
import { createIdSource, systemClock, type NewId } from "./base/index.ts";
import { CurrentBundle } from "./current-bundle.ts";
import type { RunOver } from "./dispatch/index.ts";
import type { EventLog } from "./event-log/index.ts";
import { endOf, openLog, type GatewayOptions } from "./gateway.ts";
import { hindranceTo } from "./ingress/index.ts";
import { createGuardedFetch } from "./outgoing/index.ts";
import { replayEvent } from "./replay/index.ts";
import { ReplyDesk } from "./reply/index.ts";
import { createKeyStore } from "./signature/index.ts";
import { acceptorOf, startDispatcher, storeFlows } from "./work-on-log.ts";

/** A next try that is further away is left to the gateway. */
const LONGEST_WAIT_MS = 30_000;

/** How the last try of a run ended that was made here. */
export interface LastTry extends RunOver {
  /** When the gateway tries it again; absent: it is over. */
  readonly resumeAtMs?: number;
}

/**
 * Replays an event while no gateway runs, and waits for the new runs to be over, or for their next try to be further away
 * than one waits for. `onRetry` is told of tries that failed and are followed by another one here.
 * @throws GtcError GTC_EVENT_NOT_FOUND, GTC_EVENT_REFUSED, GTC_REDELIVERY_NEEDED, GTC_BUNDLE_LOCKED
 */
export async function replayOffline(
  eventId: string,
  options: GatewayOptions,
  onRetry: (over: RunOver, delayMs: number) => void,
): Promise<readonly LastTry[]> {
  const { bundle, config } = options;
  const replay = async (log: EventLog, newId: NewId): Promise<OfflineWork<readonly string[]>> => {
    const runs = await replayEvent(eventId, {
      log,
      flows: bundle.flows,
      clock: systemClock,
      newId,
      hindranceTo: (refusal) => hindranceTo(refusal, { ...config, nowMs: systemClock.now() }),
    });
    const runIds = runs.map(({ id }) => id);
    return { result: runIds, runIds };
  };
  const last = new Map<string, LastTry>();
  const runIds = await workOffline(options, replay, (over) => {
    const { run, end } = over;
    if (end.status === "waiting" && end.delayMs <= LONGEST_WAIT_MS) {
      onRetry(over, end.delayMs);
      return false;
    }
    last.set(run.id, end.status === "waiting" ? { ...over, resumeAtMs: systemClock.now() + end.delayMs } : over);
    return true;
  });
  return runIds.flatMap((id) => last.get(id) ?? []);
}

/**
 * Verifies refused requests again while no gateway runs, accepts those that verify, and waits for their runs to be over.
 * @throws GtcError GTC_NOTHING_MATCHES, GTC_BUNDLE_LOCKED
 */
export async function acceptOffline(selection: RefusalSelection, options: GatewayOptions): Promise<Accepted> {
  const { bundle, config, fetchText = createGuardedFetch(), onFault = () => undefined } = options;
  const current = new CurrentBundle(bundle, createKeyStore(fetchText));
  const trail = new AuditTrail(join(bundle.folder, "state", "audit.jsonl"));
  return workOffline(options, async (log, newId) => {
    const acceptor = acceptorOf(config, { log, current, newId, onFault });
    const accepted = await acceptRefusals(
      { queries: log.queries, accept: (refusal, beforeStored) => acceptor.accept(refusal, beforeStored) },
      selection,
      (act, subject) =>
        trail.write({ at: new Date(systemClock.now()).toISOString(), act, subject, by: "command", remote_address: "" }),
    );
    return { result: accepted, runIds: accepted.results.flatMap(({ runs }) => runs.map(({ id }) => id)) };
  });
}

interface OfflineWork<T> {
  readonly result: T;
  /** The runs that it started. */
  readonly runIds: readonly string[];
}

/**
 * Works on the log while no gateway runs: without ports, but with runners, until the runs that the work started are done
 * with, as `isDone` says of each of their tries. Other runs that are due go on as well, as they would when the gateway starts.
 */
async function workOffline<T>(
  options: GatewayOptions,
  work: (log: EventLog, newId: NewId) => Promise<OfflineWork<T>>,
  isDone: (over: RunOver) => boolean = () => true,
): Promise<T> {
  const { bundle, config } = options;
  await using log = await openLog(options);
  await storeFlows(log, bundle.flows);
  const { result, runIds } = await work(log, createIdSource(systemClock));
  const open = new Set(runIds);
  if (open.size === 0) return result;
  let finished: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (finished = resolve));
  const current = { flows: bundle.flows };
  const onRunOver = (over: RunOver): void => {
    if (open.has(over.run.id) && isDone(over)) open.delete(over.run.id);
    if (open.size === 0) finished();
  };
  await using dispatcher = startDispatcher({ ...options, onRunOver }, log, new ReplyDesk(), current);
  await done;
  const grace = new AbortController();
  await dispatcher.drain(endOf(grace.signal, config.shutdownGraceMs));
  grace.abort();
  return result;
}
