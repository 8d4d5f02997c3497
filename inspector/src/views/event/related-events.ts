/** What an event has to do with others, as far as it says so itself. Pure. */
import type { EventDetail, RunDetail } from "../../../../src/admin/contract/index.ts";

export interface Related {
  readonly id: string;
  readonly how: "original" | "duplicateOf" | "replayedBy";
}

type Event = Pick<EventDetail, "id" | "duplicate_of" | "run_details">;

/** The event that it is a copy or a duplicate of, and the copies that did its work; each once. */
export function relatedEvents({ id, duplicate_of: duplicateOf, run_details: runs }: Event): readonly Related[] {
  const related: Related[] = [
    ...runs.map(({ replay_of: of }) => ({ id: of ?? id, how: "original" as const })),
    { id: duplicateOf ?? id, how: "duplicateOf" },
    ...runs.map(({ resolved_by: by }) => ({ id: by?.event_id ?? id, how: "replayedBy" as const })),
  ];
  return related.filter((one, index) => one.id !== id && related.findIndex((other) => other.id === one.id) === index);
}

/** Whether a flow ran more than once on it: its first run can be compared with its newest. */
export function hasReplays({ run_details: runs }: Event): boolean {
  return new Set(runs.map(({ flow }) => flow)).size < runs.length;
}

/** Of each flow the first run, or the newest. Runs come as they were made. */
export function runsOf(runs: readonly RunDetail[], which: "first" | "newest"): readonly RunDetail[] {
  const sorted = [...runs].sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
  const inTurn = which === "first" ? sorted : sorted.reverse();
  return [...new Map([...inTurn].reverse().map((run) => [run.flow, run])).values()].sort((a, b) =>
    a.flow.localeCompare(b.flow),
  );
}
