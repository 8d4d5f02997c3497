/**
 * The embedded log: the journal is the truth, the projection its index, and this file the wiring between them. What the
 * port promises is kept where it says so: durability and order in `journal.ts`, what stored records mean for runs and
 * duplicates in `event-writer.ts`, duplicates in `dedupe-gate.ts`, claims in `run-queue.ts`, queries in `projection.ts`.
 */
import { GtcError, messageOf } from "../../base/index.ts";
import type { AnswerRecord, Envelope } from "../../event/index.ts";
import type * as Port from "../event-log.ts";
import type { ChangeSignal } from "../change-signal.ts";
import type { WorkSignal } from "../work-signal.ts";
import { Claims } from "./claims.ts";
import { DedupeGate } from "./dedupe-gate.ts";
import { EventWriter } from "./event-writer.ts";
import { EventSource, summaryOf } from "./event-source.ts";
import type { EmbeddedQueries } from "./embedded-queries.ts";
import type { Journal } from "./journal.ts";
import type { JournalReader } from "./journal-reader.ts";
import type { Projection } from "./projection.ts";
import type { ProjectionReader } from "./projection-reader.ts";
import type { ResolvedOptions } from "./options.ts";
import { ReplayGate, replayedEvent } from "./replay-gate.ts";
import { dropOldSegments } from "./retention.ts";
import type { RunQueue } from "./run-queue.ts";

export interface EmbeddedParts {
  readonly options: ResolvedOptions;
  /** Absent when the log was opened to inspect. */
  readonly journal: Journal | undefined;
  /** Where the journal ends, when it is not written. */
  readonly end: number;
  readonly reader: JournalReader;
  readonly projection: Projection;
  readonly queue: RunQueue;
  readonly signal: WorkSignal;
  readonly queries: EmbeddedQueries;
  readonly changes: ChangeSignal;
  readonly release: () => Promise<void>;
}

export class EmbeddedLog implements Port.EventLog {
  readonly queries: EmbeddedQueries;
  readonly #parts: EmbeddedParts;
  readonly #source: EventSource;
  readonly #gate: DedupeGate;
  readonly #writer: EventWriter;
  readonly #claims: Claims;
  readonly #replays = new ReplayGate();
  #knowsKeys = false;
  /** Where the last event stands whose key was loaded. */
  #lastKey = -1;
  #loading: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: EmbeddedParts) {
    const { options, queue, projection } = parts;
    this.#parts = parts;
    this.queries = parts.queries;
    this.#source = new EventSource(parts.reader);
    this.#gate = new DedupeGate(
      options.dedupeWindowMs,
      options.dedupeKeys,
      (position) => this.#source.event(position).catch(unreadable),
      (count) => options.onNotice({ kind: "keys-forgotten", count }),
    );
    this.#writer = new EventWriter({
      journal: () => this.#writable(),
      queue,
      gate: this.#gate,
      answerOf: (eventId) => this.#answerOf(eventId),
    });
    this.#claims = new Claims({
      queue,
      projection,
      source: this.#source,
      end: () => this.#end,
      record: (facts) => this.record(facts),
    });
  }

  /** Remembers the dedupe keys of events stored before, as far as the index holds them. */
  async load(): Promise<void> {
    const sinceMs = this.#parts.options.clock.now() - this.#parts.options.dedupeWindowMs;
    const { complete } = await this.#parts.projection.read(this.#end, (rows) => {
      for (const { seq, fingerprint, received_at } of rows.dedupeSince(sinceMs, this.#lastKey)) {
        this.#gate.add(fingerprint, seq, received_at);
        this.#lastKey = seq;
      }
    });
    this.#knowsKeys = complete;
  }

  append(draft: Port.EventDraft): Promise<Port.Appended> {
    const { envelope, refusedBecause } = draft;
    if (envelope.dedupe === undefined || refusedBecause !== undefined) return this.#writer.store(draft, undefined, 0);
    if (!this.#knowsKeys) return this.#loadThenAppend(draft);
    return this.#gate.append(envelope, envelope.dedupe.value, (duplicateOf, fingerprint) =>
      this.#writer.store(draft, duplicateOf, fingerprint),
    );
  }

  /** The log was opened while its index could not be written: who cannot tell a redelivery from a new event stores neither. */
  async #loadThenAppend(draft: Port.EventDraft): Promise<Port.Appended> {
    const journal = this.#writable();
    if (journal instanceof GtcError) throw journal;
    await (this.#loading ??= this.load().finally(() => (this.#loading = undefined)));
    if (!this.#knowsKeys) throw notIndexed();
    return this.append(draft);
  }

  record(facts: readonly Port.NewFact[]): Promise<void> {
    const replayed = replayedEvent(facts);
    if (replayed === undefined || this.#writable() instanceof GtcError) return this.#writer.record(facts);
    return this.#replays.record(
      replayed,
      () => this.#isThere(replayed),
      () => this.#writer.record(facts),
    );
  }

  refuse(refusal: Port.Refusal): void {
    if (this.#closed !== undefined) return;
    this.#parts.projection.projector.refuse(refusal);
    this.#parts.changes.notify();
  }

  noteAccepted(accepted: Port.AcceptedRefusal): void {
    if (this.#closed === undefined) this.#parts.projection.projector.noteAccepted(accepted);
  }

  async claim(request: Port.ClaimRequest): Promise<readonly Port.ClaimedRun[]> {
    const journal = this.#writable();
    if (journal instanceof GtcError) throw journal;
    return this.#claims.claim(request);
  }

  onWork(listener: () => void): () => void {
    const release = this.#parts.signal.listen(listener);
    if (this.#parts.queue.hasOpenRuns) this.#parts.signal.now();
    return release;
  }

  async flowDefinition(hash: string): Promise<string | undefined> {
    const { value: position, complete } = await this.#parts.projection.read(this.#end, (rows) =>
      rows.flowPosition(hash),
    );
    // It may be among what the projection lacks: a run that took it for lost would fail for good.
    if (position === undefined && !complete) throw notIndexed();
    const definition = position === undefined ? undefined : await this.#source.definition(position, hash);
    if (definition !== undefined) return definition;
    // Retention may have recorded it again and dropped its old place between the two steps.
    const moved = await this.#read((rows) => rows.flowPosition(hash));
    return moved === undefined || moved === position ? undefined : this.#source.definition(moved, hash);
  }

  async listEvents(filter: Port.EventFilter): Promise<Port.EventPage> {
    return this.#read((rows) => {
      const found = rows.listEvents(filter);
      const page = found.slice(0, filter.limit);
      const events = page.map((event) => summaryOf(event, rows.runsOf(event.row)));
      const last = page.at(-1)?.row;
      return found.length > page.length && last !== undefined ? { events, nextCursor: String(last.seq) } : { events };
    });
  }

  async getEvent(id: string, scope?: Port.DetailScope): Promise<Port.EventDetail | undefined> {
    const found = await this.#read((rows) => {
      const event = rows.eventById(id);
      return event && { event, runs: rows.runsOf(event.row) };
    });
    return found && this.#source.detail(found.event, found.runs, scope);
  }

  async getEnvelope(eventId: string): Promise<Envelope | undefined> {
    const found = await this.#read((rows) => rows.eventById(eventId));
    return found && (await this.#source.event(found.row.seq).catch(unreadable))?.envelope;
  }

  async listRefusals(filter: { readonly tenant?: string; readonly limit: number }): Promise<readonly Port.Refusal[]> {
    await this.#parts.projection.projector.refusalsKept();
    return this.#read((rows) => rows.listRefusals(filter.tenant, filter.limit));
  }

  async counts(): Promise<Port.LogCounts> {
    return this.#read((rows) => rows.counts());
  }

  health(): Port.LogHealth {
    const journal = this.#writable();
    if (journal instanceof GtcError) return { status: "unavailable", because: String(journal.details["detail"]) };
    if (journal.state.status === "unavailable") return journal.state;
    const { projector } = this.#parts.projection;
    const projectionLagBytes = Math.max(0, journal.end - projector.applied);
    return { status: "ready", backlog: projector.openRuns, projectionLagBytes };
  }

  async dropBefore(timeMs: number): Promise<number> {
    const journal = this.#writable();
    if (journal instanceof GtcError) throw journal;
    const { options, reader, projection } = this.#parts;
    const record = (facts: readonly Port.Fact[]): Promise<void> => this.record(facts);
    const { folder } = options;
    const replays = this.#replays;
    const parts = { folder, journal, reader, projection, source: this.#source, replays, record };
    const events = await dropOldSegments(parts, { beforeMs: timeMs, nowMs: options.clock.now() });
    if (events > 0) this.queries.segmentsDropped();
    return events;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#parts.release();
    return this.#closed;
  }

  get #end(): number {
    return this.#parts.journal?.end ?? this.#parts.end;
  }

  #writable(): Journal | GtcError {
    const { journal } = this.#parts;
    if (this.#closed !== undefined) return new GtcError("GTC_LOG_UNAVAILABLE", { detail: "the log is closed" });
    return journal ?? new GtcError("GTC_LOG_UNAVAILABLE", { detail: "the log was opened to read only" });
  }

  async #read<T>(query: (rows: ProjectionReader) => T): Promise<T> {
    return (await this.#parts.projection.read(this.#end, query)).value;
  }

  /** Its record, and not just a row that is to be removed. */
  async #isThere(eventId: string): Promise<boolean> {
    const { projection, reader } = this.#parts;
    const { value: found, complete } = await projection.read(this.#end, (rows) => rows.eventById(eventId));
    return found === undefined ? !complete : found.row.seq >= (reader.segments[0]?.base ?? 0);
  }

  /** The duplicate is stored by now: an answer that cannot be read is no reason to call it lost. */
  async #answerOf(eventId: string): Promise<AnswerRecord | undefined> {
    try {
      const found = await this.#read((rows) => rows.eventById(eventId));
      return found && (await this.#source.answer(found.row));
    } catch {
      return undefined;
    }
  }
}

/** What the disk cannot read now may be the event that came before: the sender of this one is asked to come again. */
function unreadable(fault: unknown): never {
  throw new GtcError("GTC_LOG_UNAVAILABLE", { detail: messageOf(fault) }, { cause: fault });
}

function notIndexed(): GtcError {
  return new GtcError("GTC_LOG_UNAVAILABLE", { detail: "its index cannot be written now" });
}
