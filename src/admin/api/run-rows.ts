/**
 * Lists of runs. An error's words may repeat what is masked in the request, so its event is looked at for each row with
 * one. A list shall not take the thread for long: of requests too large to be read for a row, and of those that are gone,
 * the words are shown with the event alone.
 */
import type { RunRowView } from "../../event-log/index.ts";
import type { RunSummary } from "../contract/index.ts";
import { Echoes, echoesOf } from "../echoes.ts";
import { maskRulesOf, type MaskSource } from "../mask-rules.ts";
import type { AdminBackend } from "./backend.ts";
import { runRowJson } from "./run-json.ts";
import { maskablePayload } from "./shown-body.ts";

/** Also when unpacked. */
const MOST_BODY_BYTES = 256 * 1024;
const ANYTHING = new Echoes([], true);

export type RunRowSource = Pick<AdminBackend, "log" | "queries"> & MaskSource;

/** Rows as the API shows them, in their order. */
export async function runRowsJson(source: RunRowSource, rows: readonly RunRowView[]): Promise<RunSummary[]> {
  const failed = new Set(rows.filter(({ error }) => error !== undefined).map(({ run }) => run.eventId));
  const echoes = await echoesOfEvents(source, [...failed]);
  return rows.map((row) => runRowJson(row, echoes.get(row.run.eventId) ?? ANYTHING));
}

/** Only of events that are there and small enough. */
async function echoesOfEvents(source: RunRowSource, ids: readonly string[]): Promise<ReadonlyMap<string, Echoes>> {
  const found = new Map<string, Echoes>();
  if (ids.length === 0) return found;
  const rules = maskRulesOf(source);
  for (const { id, bodyBytes } of await source.queries.eventsById(ids)) {
    const envelope = bodyBytes > MOST_BODY_BYTES ? undefined : await source.log.getEnvelope(id);
    if (envelope === undefined) continue;
    const payload = await maskablePayload(envelope.headers, envelope.rawBody, rules, MOST_BODY_BYTES);
    found.set(id, echoesOf(envelope, payload, rules));
  }
  return found;
}
