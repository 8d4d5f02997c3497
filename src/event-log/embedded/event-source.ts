/** Puts an event, a run or an answer together again from the index rows and the records of the journal. */
import type { AnyText } from "../../base/index.ts";
import type { AnswerRecord, Envelope } from "../../event/index.ts";
import type {
  ClaimedRun,
  DetailScope,
  EventDetail,
  EventSummary,
  Fact,
  PlannedRun,
  RunDetail,
  RunResolution,
} from "../event-log.ts";
import { OutputRoom } from "../output-room.ts";
import { RunStory } from "../run-story.ts";
import { readFacts, readFactsUnread } from "../fact-json.ts";
import { decodeEvent, toEnvelope, type EventMeta } from "./event-record.ts";
import type { JournalReader } from "./journal-reader.ts";
import type { FoundEvent } from "./event-filter.ts";
import { resolutionOf, eventStatusOf, runStatusOf, type EventRow, type RunRow } from "./projection-rows.ts";
import type { FoundRun } from "./row-lookup.ts";
import { FAILED_RESOLVED } from "./projection-schema.ts";
import { RECORD_EVENT } from "./record-format.ts";

export interface StoredEvent {
  readonly meta: EventMeta;
  readonly envelope: Envelope;
}

/** With all their texts, or with the large ones as they lie there. */
type ReadFacts<Text> = (meta: Buffer) => readonly Fact<Text>[];

export class EventSource {
  readonly #journal: JournalReader;

  constructor(journal: JournalReader) {
    this.#journal = journal;
  }

  /** The event whose record stands at a position; undefined when it was dropped or is damaged. */
  async event(position: number): Promise<StoredEvent | undefined> {
    const record = await this.#journal.read(position);
    if (record === undefined || record.type !== RECORD_EVENT) return undefined;
    const meta = decodeEvent(record.meta);
    return { meta, envelope: toEnvelope(meta.envelope, record.body) };
  }

  answer(event: EventRow): Promise<AnswerRecord | undefined> {
    return this.#answer(event, readFacts);
  }

  async #answer<Text>(event: EventRow, read: ReadFacts<Text>): Promise<AnswerRecord<Text> | undefined> {
    if (event.answered_at === null) return undefined;
    for (const fact of await this.#facts(event.answered_at, read)) {
      if (fact.type === "answered" && fact.eventId === event.id) return fact.answer;
    }
    return undefined;
  }

  async definition(position: number, hash: string): Promise<string | undefined> {
    for (const fact of await this.#facts(position, readFacts)) {
      if (fact.type === "flow_stored" && fact.hash === hash) return fact.definitionJson;
    }
    return undefined;
  }

  /** All definitions of one record. */
  async definitions(position: number): Promise<readonly Fact[]> {
    return (await this.#facts(position, readFacts)).filter((fact) => fact.type === "flow_stored");
  }

  async detail(
    event: FoundEvent,
    runs: readonly FoundRun[],
    { runIds, mostOutputChars }: DetailScope = {},
  ): Promise<EventDetail | undefined> {
    const { row } = event;
    const stored = await this.event(row.seq);
    if (stored === undefined) return undefined;
    const answer = await this.answer(row);
    const room = new OutputRoom(mostOutputChars);
    const details: RunDetail[] = [];
    for (const { row } of runs.toReversed()) {
      if (runIds?.includes(row.id) === false) continue;
      const story = await this.#story(row, stored, readFacts);
      if (story !== undefined) details.unshift(room.take({ ...story.detail(), ...resolutionOf(row) }));
    }
    return {
      summary: summaryOf(event, runs),
      envelope: stored.envelope,
      ...(stored.meta.refusedBecause !== undefined && { refusedBecause: stored.meta.refusedBecause }),
      ...(answer !== undefined && { answer }),
      runs: details,
    };
  }

  /** The run as a worker needs it to go on; undefined when its event or its plan cannot be read. */
  async claimed(run: RunRow, event: EventRow): Promise<ClaimedRun | undefined> {
    const stored = await this.event(event.seq);
    if (stored === undefined) return undefined;
    const story = await this.#story(run, stored, readFactsUnread);
    if (story === undefined) return undefined;
    const answer = await this.#answer(event, readFactsUnread);
    return story.claimed(stored.envelope, answer?.by === "flow");
  }

  async #story<Text extends AnyText>(
    run: RunRow,
    event: StoredEvent,
    read: ReadFacts<Text>,
  ): Promise<RunStory<Text | string> | undefined> {
    const plan = await this.#plan(run, event, read);
    if (plan === undefined) return undefined;
    const story = new RunStory<Text | string>(plan, run.seq);
    for (const position of JSON.parse(run.facts_at) as number[]) {
      // What the record that queued the run says before queueing it was said of an unknown run.
      const from = position === run.queued_at ? run.seq - run.queued_at + 1 : 0;
      for (const fact of (await this.#facts(position, read)).slice(from)) {
        if ("runId" in fact && fact.runId === run.id) story.apply(fact);
      }
    }
    return story;
  }

  async #plan<Text>(
    run: RunRow,
    event: StoredEvent,
    read: ReadFacts<Text>,
  ): Promise<PlannedRun<Text | string> | undefined> {
    if (run.queued_at === run.event_seq) return event.meta.runs.find((plan) => plan.id === run.id);
    for (const fact of await this.#facts(run.queued_at, read)) {
      if (fact.type === "run_queued" && fact.run.id === run.id) return fact.run;
    }
    return undefined;
  }

  async #facts<Text>(position: number, read: ReadFacts<Text>): Promise<readonly Fact<Text>[]> {
    const record = await this.#journal.read(position);
    return record === undefined || record.type === RECORD_EVENT ? [] : read(record.meta);
  }
}

export function summaryOf({ row, kind }: FoundEvent, runs: readonly FoundRun[]): EventSummary {
  return {
    id: row.id,
    tenant: kind.tenant,
    eventType: kind.eventType,
    receivedAtMs: row.received_at,
    status: eventStatusOf(row.status),
    verdict: JSON.parse(kind.verdict) as EventSummary["verdict"],
    ...(kind.providerType !== undefined && { providerType: kind.providerType }),
    ...(row.duplicate_of !== null && { duplicateOf: row.duplicate_of }),
    bodyBytes: row.body_bytes,
    ...(row.status === FAILED_RESOLVED && newestResolution(runs)),
    runs: runs.map((run) => ({ id: run.row.id, flow: run.kind.flow, status: runStatusOf(run.row.status) })),
  };
}

/** The replay that did the last of what had failed. */
function newestResolution(runs: readonly FoundRun[]): { readonly resolvedBy?: RunResolution } {
  const all = runs.map(({ row }) => resolutionOf(row)).filter(({ resolvedBy }) => resolvedBy !== undefined);
  return all.toSorted((a, b) => (a.resolvedBy?.atMs ?? 0) - (b.resolvedBy?.atMs ?? 0)).at(-1) ?? {};
}
