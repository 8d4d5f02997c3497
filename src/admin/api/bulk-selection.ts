/** Which events a bulk replay is about, oldest first and each once. */
import { GtcError } from "../../base/index.ts";
import type { AdminBackend } from "./backend.ts";
import { defined, eventQueryOf, periodOf } from "./event-handlers.ts";
import type { HandlerInput } from "./handler.ts";

type Selection = HandlerInput<"startReplayJob">["body"];

const MOST_EVENTS = 10_000;
const PAGE = 1000;

/** @throws GtcError when there are none, or too many for one job. */
export async function selectedEvents(backend: AdminBackend, selection: Selection): Promise<readonly string[]> {
  const { event_ids: given, filter, dead_letters: letters } = selection;
  const ids =
    given ??
    (letters === undefined ? await matchingEvents(backend, filter ?? {}) : await deadLetters(backend, letters));
  if (ids.length === 0) throw new GtcError("GTC_BAD_REQUEST", { detail: "No event matches." });
  return ids;
}

function matchingEvents({ queries }: AdminBackend, filter: NonNullable<Selection["filter"]>): Promise<string[]> {
  return allIds(async (cursor) => {
    const page = await queries.listEvents(eventQueryOf({ ...filter, limit: PAGE, cursor }));
    return { ids: page.items.map(({ id }) => id), next: page.nextCursor };
  });
}

/** The events of failed runs whose work nobody has done yet. */
function deadLetters(
  { queries }: AdminBackend,
  { tenant, flow, type, since, until }: NonNullable<Selection["dead_letters"]>,
): Promise<string[]> {
  const filter = { ...defined({ tenant, flow, eventType: type }), ...periodOf({ since, until }), resolved: false };
  return allIds(async (cursor) => {
    const page = await queries.listRuns({ ...filter, limit: PAGE, ...defined({ cursor }) });
    return { ids: page.items.map(({ run }) => run.eventId), next: page.nextCursor };
  });
}

async function allIds(
  page: (cursor: string | undefined) => Promise<{ readonly ids: readonly string[]; readonly next: string | undefined }>,
): Promise<string[]> {
  const all = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const { ids, next } = await page(cursor);
    for (const id of ids) all.add(id);
    if (all.size > MOST_EVENTS)
      throw new GtcError("GTC_BAD_REQUEST", { detail: `More than ${MOST_EVENTS} events match; narrow the filter.` });
    if (next === undefined) return [...all].reverse();
    cursor = next;
  }
}
