/**
 * What is listed and shown to an operator: stored events, and among them the newest refused requests, which are no
 * events but the first thing to look for when "nothing arrives".
 */
import type { EventFilter, EventLog } from "../event-log/index.ts";
import {
  detailToJson,
  refusalDetailToJson,
  refusalSummaryToJson,
  summaryToJson,
  type EventRecord,
  type SummaryJson,
} from "./views.ts";

/** Events and refused requests that match, newest first. */
export async function listEventViews(log: EventLog, filter: EventFilter): Promise<readonly SummaryJson[]> {
  const { events } = await log.listEvents(filter);
  const views = events.map(summaryToJson);
  if (filter.status !== undefined && filter.status !== "refused") return views;
  const { status: _status, cursor: _cursor, ...same } = filter;
  const refusals = await log.queries.listRefusals({ ...same, withoutBodies: true });
  // Ids are UUIDv7: their order is the order of time.
  return [...views, ...refusals.items.map(refusalSummaryToJson)]
    .toSorted((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, filter.limit);
}

/** As much as one run may give; of many, together, there is more than a text can be long. */
export const MOST_OUTPUT_CHARS = 64 * 1024 * 1024;

/** `{ event, response, runs }`: everything about one event or refused request; undefined when there is none of that id. */
export async function showEventView(log: EventLog, id: string): Promise<EventRecord | undefined> {
  const detail = await log.getEvent(id, { mostOutputChars: MOST_OUTPUT_CHARS });
  if (detail !== undefined) return detailToJson(detail);
  const refusal = await log.queries.getRefusal(id);
  return refusal === undefined ? undefined : refusalDetailToJson(refusal);
}
