/** Events: lists, one event, its body. */
import { defined, GtcError } from "../../base/index.ts";
import type { EventQuery } from "../../event-log/index.ts";
import { viewStoredFlow, type StoredFlowView } from "../../flow/index.ts";
import { MOST_OUTPUT_CHARS } from "../event-views.ts";
import { maskRulesOf } from "../mask-rules.ts";
import type { AdminBackend } from "./backend.ts";
import { refusalDetailToJson } from "../views.ts";
import { eventRowJson } from "./event-json.ts";
import { firstOfItsKind } from "./first-echoes.ts";
import { timeOrNull } from "../json-values.ts";
import { PrintedJson, type Handlers, type HandlerInput } from "./handler.ts";

type EventHandlers = Pick<Handlers, "listEvents" | "showEvent" | "eventRecord" | "rawBody" | "reveal">;

export const eventHandlers: EventHandlers = {
  listEvents: async ({ query, backend, signal }) => {
    const page = await backend.queries.listEvents({ ...eventQueryOf(query), signal });
    return {
      items: page.items.map(eventRowJson),
      next_cursor: page.nextCursor ?? null,
      searched_to: timeOrNull(page.searchedToMs),
    };
  },

  showEvent: async ({ params: { id }, backend, printer }) => {
    const { log, queries } = backend;
    const [detail, [row]] = await Promise.all([
      log.getEvent(id, { mostOutputChars: MOST_OUTPUT_CHARS }),
      queries.eventsById([id]),
    ]);
    if (detail === undefined || row === undefined) throw new GtcError("GTC_EVENT_NOT_FOUND", { id });
    const flows = await flowsOf(
      backend,
      detail.runs.map(({ run }) => run.flowHash),
    );
    const rules = maskRulesOf(backend);
    const first = await firstOfItsKind(backend, detail);
    return new PrintedJson(await printer.print({ what: "event", detail, row, rules, flows, first }));
  },

  eventRecord: async ({ params: { id }, backend, printer, audit }) => {
    const { log, queries } = backend;
    const detail = await log.getEvent(id, { mostOutputChars: MOST_OUTPUT_CHARS });
    const refusal = detail === undefined ? await queries.getRefusal(id) : undefined;
    const shown = detail ?? refusal;
    if (shown === undefined) throw new GtcError("GTC_EVENT_NOT_FOUND", { id });
    // It shows every header and the whole body.
    await audit("download", `record of ${id}`);
    return "envelope" in shown
      ? new PrintedJson(await printer.print({ what: "record", detail: shown }))
      : refusalDetailToJson(shown);
  },

  rawBody: async ({ params: { id }, backend, audit }) => {
    const envelope = await backend.log.getEnvelope(id);
    if (envelope === undefined) throw new GtcError("GTC_EVENT_NOT_FOUND", { id });
    await audit("download", `body of ${id}`);
    // Never the sender's own type: a browser must not take it for a page.
    return { headers: downloadHeaders("application/octet-stream", `${id}.bin`), body: envelope.rawBody };
  },

  reveal: async ({ params: { id }, body: { field }, backend, printer, audit }) => {
    const envelope = await backend.log.getEnvelope(id);
    if (envelope === undefined) throw new GtcError("GTC_EVENT_NOT_FOUND", { id });
    const printed = await printer.print({ what: "hidden", envelope, field });
    const value = JSON.parse(Buffer.from(printed).toString("utf8")) as string | null;
    if (value === null) throw new GtcError("GTC_FIELD_NOT_FOUND", { field });
    await audit("reveal", `${field} of ${id}`);
    return { field, value };
  },
};

type EventFilters = Omit<HandlerInput<"listEvents">["query"], never>;

/** The log's query for the filters of the API. */
export function eventQueryOf({ type, provider_type, delivery_id, q, since, until, ...same }: EventFilters): EventQuery {
  return {
    ...defined(same),
    limit: same.limit,
    ...defined({ eventType: type, providerType: provider_type, deliveryId: delivery_id, text: q }),
    ...periodOf({ since, until }),
  };
}

export function periodOf({
  since,
  until,
}: {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}): {
  sinceMs?: number;
  untilMs?: number;
} {
  return {
    ...(since !== undefined && { sinceMs: Date.parse(since) }),
    ...(until !== undefined && { untilMs: Date.parse(until) }),
  };
}

/** The definitions with which these runs began. */
export async function flowsOf(
  { log }: AdminBackend,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, StoredFlowView>> {
  const found = new Map<string, StoredFlowView>();
  for (const hash of new Set(hashes)) {
    const json = await log.flowDefinition(hash);
    if (json !== undefined) found.set(hash, viewStoredFlow(json));
  }
  return found;
}

export function downloadHeaders(type: string, name: string): Record<string, string> {
  return { "content-type": type, "content-disposition": `attachment; filename="${name}"` };
}
