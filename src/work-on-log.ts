/**
 * What works on an open log: runs, what was refused and is accepted, and the dropping of what is old. The gateway starts
 * it beside its ports, and commands without them while no gateway runs.
 */
import { randomUUID } from "node:crypto";
import { createIdSource, systemClock, type NewId } from "./base/index.ts";
import type { GatewayConfig } from "./config/index.ts";
import type { CurrentBundle } from "./current-bundle.ts";
import { Dispatcher, planRuns, type RunOver } from "./dispatch/index.ts";
import type { EventLog } from "./event-log/index.ts";
import type { FlowSet } from "./flow/index.ts";
import { Acceptor } from "./ingress/index.ts";
import type { ReplyDesk } from "./reply/index.ts";
import { RunnerPool } from "./run/index.ts";

/**
 * The embedded log has one gateway, and its claims end with the process. A lease that ran out under a run that is still
 * at work would have it done twice, so it outlasts whatever a run may take.
 */
const LEASE_MS = 30 * 86_400_000;
const RETENTION_EVERY_MS = 3_600_000;

export interface RunsOptions {
  readonly config: GatewayConfig;
  readonly onRunOver?: (over: RunOver) => void;
  readonly onFault?: OnFault;
}

type OnFault = (what: string, fault: unknown) => void;

/** Starts the runner threads, and hands them the runs that are due and those that become it. */
export function startDispatcher(
  options: RunsOptions,
  log: EventLog,
  replies: ReplyDesk,
  current: { readonly flows: FlowSet },
): Dispatcher {
  const { config } = options;
  return new Dispatcher(
    {
      log,
      replies,
      clock: systemClock,
      newId: createIdSource(systemClock),
      flows: () => current.flows,
      workerId: randomUUID(),
      maxOpenRuns: config.maxOpenRuns,
      maxChildDepth: config.maxChildDepth,
      maxChildRuns: config.maxChildRuns,
      leaseMs: LEASE_MS,
      maxPayloadBytes: config.maxDecodedBytes,
      ...(options.onRunOver !== undefined && { onRunOver: options.onRunOver }),
      ...(options.onFault !== undefined && { onFault: options.onFault }),
    },
    (callbacks) =>
      new RunnerPool({
        threads: config.runners,
        memoryMb: config.runnerMemoryMb,
        hangAfterMs: config.runHangAfterMs,
        clock: systemClock,
        ...(options.onFault !== undefined && { onFault: options.onFault }),
        ...callbacks,
      }),
  );
}

/** Stores today's definitions, so that a run that begins now can go on with them after any later edit. */
export async function storeFlows(log: EventLog, flows: FlowSet): Promise<void> {
  for (const { hash, definitionJson } of flows.all) {
    // Twice does no harm, where it cannot be known whether it is there.
    const stored = await log.flowDefinition(hash).catch(() => undefined);
    if (stored === undefined) await log.record([{ type: "flow_stored", hash, definitionJson }]);
  }
}

export interface AcceptorParts {
  readonly log: EventLog;
  readonly current: CurrentBundle;
  readonly newId: NewId;
  readonly onFault: OnFault;
}

/** Takes what was refused and verifies now, on the flows and sources of now. */
export function acceptorOf(config: GatewayConfig, { log, current, newId, onFault }: AcceptorParts): Acceptor {
  return new Acceptor({
    ...config,
    log,
    newId,
    onFault,
    clock: systemClock,
    sources: () => current.sources,
    plan: (event) => planRuns(current.flows, event, newId),
  });
}

/** Drops what is older, now and every hour, until the function that it returns is called. 0 keeps everything. */
export function keepRetention(log: EventLog, retentionMs: number, onFault: OnFault): () => void {
  if (retentionMs === 0) return () => undefined;
  const drop = (): void => {
    log.dropBefore(systemClock.now() - retentionMs).catch((fault: unknown) => onFault("dropping old events", fault));
  };
  const timer = setInterval(drop, RETENTION_EVERY_MS);
  timer.unref();
  drop();
  return () => clearInterval(timer);
}
