/**
 * What is listed and shown to an operator: stored events, and among them the newest refused requests, which are no
 * events but the first thing to look for when "nothing arrives".
 */
import type { EventFilter, EventLog, Refusal } from "../event-log/index.ts";
import {
  detailToJson,
  refusalDetailToJson,
  refusalSummaryToJson,
  summaryToJson,
  type EventRecord,
  type SummaryJson,
} from "./views.ts";

/** How many of the newest refusals are looked at: the ring may hold many, and each has the start of a body. */
const REFUSALS_LOOKED_AT = 1000;

/** Events and refused requests that match, newest first. */
export async function listEventViews(log: EventLog, filter: EventFilter): Promise<readonly SummaryJson[]> {
  const { events } = await log.listEvents(filter);
  const views = events.map(summaryToJson);
  if (filter.status !== undefined && filter.status !== "refused") return views;
  const refusals = await newestRefusals(log, filter.tenant);
  const matching = refusals.filter((refusal) => matches(refusal, filter)).map(refusalSummaryToJson);
  // Ids are UUIDv7: their order is the order of time.
  return [...views, ...matching].toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, filter.limit);
}

/** `{ event, response, runs }`: everything about one event or refused request; undefined when there is none of that id. */
export async function showEventView(log: EventLog, id: string): Promise<EventRecord | undefined> {
  const detail = await log.getEvent(id);
  if (detail !== undefined) return detailToJson(detail);
  const refusal = (await newestRefusals(log, undefined)).find((candidate) => candidate.id === id);
  return refusal === undefined ? undefined : refusalDetailToJson(refusal);
}

function newestRefusals(log: EventLog, tenant: string | undefined): Promise<readonly Refusal[]> {
  return log.listRefusals({ limit: REFUSALS_LOOKED_AT, ...(tenant !== undefined && { tenant }) });
}

function matches(refusal: Refusal, { eventType, sinceMs }: EventFilter): boolean {
  if (eventType !== undefined && refusal.eventType !== eventType) return false;
  return sinceMs === undefined || refusal.receivedAtMs >= sinceMs;
}
