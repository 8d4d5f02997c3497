/**
 * Events as files for other programs. What is masked in the API is masked here as well.
 *
 * Invariants:
 * 1. The trail names what is exported before it is read.
 * 2. Of an archive no more is in memory than what it says, a page of rows without their bodies, and one event: a thousand
 *    bodies of megabytes, all at once, would end the gateway. One that grows too large ends early and says where to go on.
 */
import type { EventRowView } from "../../event-log/index.ts";
import type { StoredFlowView } from "../../flow/index.ts";
import { HarArchive } from "../har.ts";
import { maskRulesOf } from "../mask-rules.ts";
import type { AdminBackend } from "./backend.ts";
import { downloadHeaders, eventQueryOf } from "./event-handlers.ts";
import { eventRowJson } from "./event-json.ts";
import { firstOfItsKind } from "./first-echoes.ts";
import type { HandlerInput, Handlers, RawAnswer } from "./handler.ts";

type Input = Pick<HandlerInput<"exportEvents">, "query" | "audit" | "signal" | "printer"> & {
  readonly backend: Pick<AdminBackend, "queries" | "log" | "bundle" | "version" | "maskPaths">;
};

const MOST_BYTES = 64 * 1024 * 1024;
const ROWS_AT_A_TIME = 100;

export const exportHandlers: Pick<Handlers, "exportEvents"> = {
  exportEvents: (input) => (input.query.format === "har" ? exportHar(input) : exportLines(input)),
};

/** The lines of `gtc events list --json`. */
async function exportLines({ query, backend, audit, signal }: Input): Promise<RawAnswer> {
  const { format: _format, ...asked } = query;
  const { items, nextCursor } = await backend.queries.listEvents({ ...eventQueryOf(asked), signal });
  await audit("export", `${items.length} event(s) as ndjson`);
  const lines = items.map((row) => {
    const { sequence: _sequence, ...summary } = eventRowJson(row);
    return `${JSON.stringify(summary)}\n`;
  });
  return { headers: exportHeaders("application/x-ndjson", "events.ndjson", nextCursor), body: lines.join("") };
}

/** @param mostBytes after which it ends early, with the rows of the page under way */
export async function exportHar(
  { query: { format: _format, ...query }, backend, printer, audit, signal }: Input,
  mostBytes = MOST_BYTES,
): Promise<RawAnswer> {
  const archive = new HarArchive(backend.version);
  let left = query.limit;
  let { cursor } = query;
  do {
    const asked = eventQueryOf({ ...query, cursor, limit: Math.min(left, ROWS_AT_A_TIME) });
    const page = await backend.queries.listEvents({ ...asked, signal });
    await audit("export", `${page.items.length} event(s) as har`);
    for (const row of page.items) await addTo(archive, row, { backend, printer });
    left -= page.items.length;
    cursor = page.nextCursor;
    // A search that ran out of time is gone on with by who asked for it.
    if (page.searchedToMs !== undefined) break;
  } while (cursor !== undefined && left > 0 && archive.bytes < mostBytes);
  const isWhole = cursor === undefined || left === 0;
  const har = archive.finish(isWhole ? undefined : `It ends before its limit; go on with cursor=${cursor}.`);
  return { headers: exportHeaders("application/json", "events.har", cursor), body: har };
}

async function addTo(
  archive: HarArchive,
  row: EventRowView,
  { backend, printer }: Pick<Input, "backend" | "printer">,
): Promise<void> {
  const detail = await backend.log.getEvent(row.id, { runIds: [] });
  if (detail === undefined) return;
  const rules = maskRulesOf(backend);
  const first = await firstOfItsKind(backend, detail);
  const { publicBaseUrl } = backend.bundle();
  archive.add(
    detail.envelope.receivedAtMs,
    await printer.print({ what: "har", detail, row, rules, flows: NO_FLOWS, first, publicBaseUrl }),
  );
}

/** An archive shows requests and answers, not what the runs were told to do. */
const NO_FLOWS: ReadonlyMap<string, StoredFlowView> = new Map();

function exportHeaders(type: string, name: string, nextCursor: string | undefined): Record<string, string> {
  return { ...downloadHeaders(type, name), ...(nextCursor !== undefined && { "x-next-cursor": nextCursor }) };
}
