/**
 * Which events or refused requests a bulk job is about, oldest first and each once. Where who asked has left meanwhile there
 * is no job: nobody would know its id, and could stop it.
 */
import { defined, GtcError } from "../../base/index.ts";
import type { AdminBackend } from "./backend.ts";
import { eventQueryOf, periodOf } from "./event-handlers.ts";
import type { HandlerInput } from "./handler.ts";

type Selection = HandlerInput<"startReplayJob">["body"];

export type RefusalSelection = Omit<HandlerInput<"startAcceptJob">["body"], "rate">;

const MOST_EVENTS = 10_000;
const PAGE = 1000;
/** Correctly signed, and too late: whoever sends an old request again is refused for this. */
const REFUSED_FOR_TIME = "timestamp_outside_tolerance";

/** @throws GtcError when there are none, or too many for one job; the signal's reason. */
export async function selectedEvents(
  backend: AdminBackend,
  selection: Selection,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { event_ids: given, filter, dead_letters: letters } = selection;
  const ids =
    given ??
    (letters === undefined
      ? await matchingEvents(backend, filter ?? {}, signal)
      : await deadLetters(backend, letters, signal));
  signal.throwIfAborted();
  if (ids.length === 0) throw new GtcError("GTC_NOTHING_MATCHES", { what: "event" });
  return ids;
}

/**
 * Refused requests that were not accepted yet. One that was refused for its time may be a replay: it is taken where it was
 * chosen, or its reason was, and not among others.
 * @throws GtcError when there are none, or too many for one job; the signal's reason.
 */
export async function selectedRefusals(
  { queries }: Pick<AdminBackend, "queries">,
  { refusal_ids: given, filter = {} }: RefusalSelection,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const { tenant, type, reason, q, since, until } = filter;
  const asked = { ...defined({ tenant, eventType: type, reason, text: q }), ...periodOf({ since, until }) };
  const ids =
    given ??
    (await allIds(async (cursor) => {
      const page = await queries.listRefusals({
        ...asked,
        accepted: false,
        withoutBodies: true,
        limit: PAGE,
        ...defined({ cursor, signal }),
      });
      const meant = page.items.filter((item) => reason !== undefined || item.reason !== REFUSED_FOR_TIME);
      return { ids: meant.map(({ id }) => id), next: page.nextCursor };
    }));
  signal?.throwIfAborted();
  if (ids.length === 0) throw new GtcError("GTC_NOTHING_MATCHES", { what: "refused request" });
  return ids;
}

function matchingEvents(
  { queries }: AdminBackend,
  filter: NonNullable<Selection["filter"]>,
  signal: AbortSignal,
): Promise<string[]> {
  return allIds(async (cursor) => {
    const page = await queries.listEvents({ ...eventQueryOf({ ...filter, limit: PAGE, cursor }), signal });
    return { ids: page.items.map(({ id }) => id), next: page.nextCursor };
  });
}

/** The events of failed runs whose work nobody has done yet. */
function deadLetters(
  { queries }: AdminBackend,
  { tenant, flow, type, since, until }: NonNullable<Selection["dead_letters"]>,
  signal: AbortSignal,
): Promise<string[]> {
  const filter = { ...defined({ tenant, flow, eventType: type }), ...periodOf({ since, until }), resolved: false };
  return allIds(async (cursor) => {
    const page = await queries.listRuns({ ...filter, limit: PAGE, signal, ...defined({ cursor }) });
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
      throw new GtcError("GTC_BAD_REQUEST", { detail: `More than ${MOST_EVENTS} match; narrow the filter.` });
    if (next === undefined) return [...all].reverse();
    cursor = next;
  }
}
