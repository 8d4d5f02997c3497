/**
 * Replays dead letters, each once: the same one may be chosen by two jobs, or replayed by hand while a job comes to it.
 */
import type { PlannedRun } from "../../event-log/index.ts";
import type { AdminBackend } from "./backend.ts";

const OPEN: readonly string[] = ["queued", "running", "waiting"];

export class DeadLetterReplays {
  readonly #underWay = new Set<string>();

  /** @param flow of the dead letters that are meant; undefined: any. @throws Error when another replay does their work, or has done it */
  async replay(
    eventId: string,
    flow: string | undefined,
    { queries, replay }: { readonly queries: AdminBackend["queries"]; readonly replay: AdminBackend["replay"] },
  ): Promise<readonly PlannedRun[]> {
    if (this.#underWay.has(eventId)) throw new Error("Another job replays it.");
    this.#underWay.add(eventId);
    try {
      const hindrance = await hindranceTo(eventId, flow, queries);
      if (hindrance !== undefined) throw new Error(hindrance);
      return await replay(eventId);
    } finally {
      this.#underWay.delete(eventId);
    }
  }
}

/** Why there is nothing to do for it; an event that is gone is told by the replay. */
async function hindranceTo(
  eventId: string,
  flow: string | undefined,
  queries: AdminBackend["queries"],
): Promise<string | undefined> {
  const [event] = await queries.eventsById([eventId]);
  if (event === undefined) return undefined;
  const runs = await queries.runsById(event.runs.map(({ id }) => id));
  // It runs all flows of today again, whatever failed.
  if (runs.some(({ run, status }) => run.replayOf === eventId && OPEN.includes(status)))
    return "A replay of it is under way.";
  const isLeft = runs.some(
    ({ run, status, resolvedBy }) =>
      status === "failed" && resolvedBy === undefined && (flow === undefined || run.flow === flow),
  );
  return isLeft ? undefined : "A replay has done its work meanwhile.";
}
