/**
 * Replay: a stored event triggers today's flows again, as new runs of the same event. (Resume is another thing: it
 * goes on with a run from its checkpoints.)
 */
import { GtcError, type Clock, type NewId } from "../base/index.ts";
import { planRuns } from "../dispatch/index.ts";
import type { EventLog, PlannedRun } from "../event-log/index.ts";
import type { FlowSet } from "../flow/index.ts";

export interface ReplayOptions {
  readonly log: EventLog;
  readonly flows: FlowSet;
  readonly clock: Clock;
  readonly newId: NewId;
}

/**
 * Queues new runs of a stored event, marked `replayOf`, durably. Returns them; none when no flow handles the event today.
 * @throws GtcError GTC_EVENT_NOT_FOUND, GTC_LOG_UNAVAILABLE.
 */
export async function replayEvent(
  eventId: string,
  { log, flows, clock, newId }: ReplayOptions,
): Promise<readonly PlannedRun[]> {
  const envelope = await log.getEnvelope(eventId);
  if (envelope === undefined) throw new GtcError("GTC_EVENT_NOT_FOUND", { id: eventId });
  const runs = planRuns(flows, envelope, newId).runs.map((run) => ({
    ...run,
    replayOf: eventId,
    createdAtMs: clock.now(),
  }));
  if (runs.length > 0) await log.record(runs.map((run) => ({ type: "run_queued", run }) as const));
  return runs;
}
