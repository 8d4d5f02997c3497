/**
 * Replay: a stored event triggers today's flows again, as new runs of the same event. (Resume is another thing: it
 * goes on with a run from its checkpoints.)
 */
import { GtcError, type Clock, type NewId } from "../base/index.ts";
import { planRuns } from "../dispatch/index.ts";
import type { EventLog, PlannedRun, Refusal } from "../event-log/index.ts";
import type { FlowSet } from "../flow/index.ts";

export interface ReplayOptions {
  readonly log: EventLog;
  readonly flows: FlowSet;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Why a refused request would not even be verified again; undefined: it would. */
  readonly hindranceTo: (refusal: Refusal) => { readonly detail: string } | undefined;
}

/**
 * Queues new runs of a stored event, marked `replayOf`, durably. Returns them; none when no flow handles the event today.
 * @throws GtcError GTC_EVENT_NOT_FOUND, GTC_EVENT_REFUSED, GTC_REDELIVERY_NEEDED, GTC_LOG_UNAVAILABLE.
 */
export async function replayEvent(
  eventId: string,
  { log, flows, clock, newId, hindranceTo }: ReplayOptions,
): Promise<readonly PlannedRun[]> {
  // Without its runs: what all earlier replays gave may be more than there is memory for.
  const detail = await log.getEvent(eventId, { runIds: [] });
  if (detail === undefined) throw await notThere(eventId, log, hindranceTo);
  const { envelope, refusedBecause } = detail;
  // It was verified, so there is nothing to verify again: its content is what is wrong.
  if (refusedBecause !== undefined)
    throw new GtcError("GTC_REDELIVERY_NEEDED", { id: eventId, detail: refusedBecause });
  const runs = planRuns(flows, envelope, newId).runs.map((run) => ({
    ...run,
    replayOf: eventId,
    createdAtMs: clock.now(),
  }));
  if (runs.length > 0) await log.record(runs.map((run) => ({ type: "run_queued", run }) as const));
  return runs;
}

/** What an operator took for an event's id may be that of a refused request, which nobody vouches for. */
async function notThere(id: string, log: EventLog, hindranceTo: ReplayOptions["hindranceTo"]): Promise<GtcError> {
  const refusal = await log.queries.getRefusal(id);
  if (refusal === undefined) return new GtcError("GTC_EVENT_NOT_FOUND", { id });
  const reason = refusal.reason.replaceAll("_", " ");
  const because = refusal.detail === "" ? reason : `${reason} (${refusal.detail})`;
  // Of what was accepted meanwhile, accepting it again names the event.
  const hindrance = refusal.acceptedAs === undefined ? hindranceTo(refusal) : undefined;
  return hindrance === undefined
    ? new GtcError("GTC_EVENT_REFUSED", { id, detail: because })
    : new GtcError("GTC_REDELIVERY_NEEDED", { id, detail: `${because}. ${hindrance.detail}` });
}
