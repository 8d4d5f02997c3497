/**
 * Keeps replays and retention apart. Old events may go while none of their runs is open, and a replay gives such an event
 * an open run: whichever comes first, the other one knows of it.
 *
 * Invariant: a replay that is stored is of an event that is there, and that stays until the replay is over.
 */
import { GtcError } from "../../base/index.ts";
import type { NewFact } from "../event-log.ts";

export class ReplayGate {
  readonly #underway = new Set<Promise<void>>();
  #given = 0;

  /** How many replays were given so far, stored or not. */
  get given(): number {
    return this.#given;
  }

  /** Stores a replay of an event through `write`. @throws GtcError GTC_EVENT_NOT_FOUND when the event is gone. */
  async record(eventId: string, isThere: () => Promise<boolean>, write: () => Promise<void>): Promise<void> {
    this.#given += 1;
    const recorded = (async () => {
      if (!(await isThere())) throw new GtcError("GTC_EVENT_NOT_FOUND", { id: eventId });
      await write();
    })();
    this.#underway.add(recorded);
    await recorded.finally(() => this.#underway.delete(recorded));
  }

  /** How many replays were given, as soon as none of them is under way. */
  async settled(): Promise<number> {
    while (this.#underway.size > 0) await Promise.allSettled(this.#underway);
    return this.#given;
  }
}

/** The event that is replayed by facts: nobody else keeps it from being dropped. (A child's event has the run that started it.) */
export function replayedEvent(facts: readonly NewFact[]): string | undefined {
  for (const fact of facts) {
    if (fact.type !== "run_queued") continue;
    const { replayOf, parentRunId, eventId } = fact.run;
    if (replayOf !== undefined && parentRunId === undefined) return eventId;
  }
  return undefined;
}
