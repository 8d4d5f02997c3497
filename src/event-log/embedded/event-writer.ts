/**
 * Writes events and facts into the journal, and tells the queue and the dedupe gate what is stored, in the order of the
 * journal.
 *
 * Invariants:
 * 1. A promise resolves only when what it is for is on disk; by then the queue knows of it.
 * 2. An event and what its begun runs have done are stored both or not at all.
 */
import { GtcError } from "../../base/index.ts";
import type { AnswerRecord, Envelope } from "../../event/index.ts";
import type * as Port from "../event-log.ts";
import type { DedupeGate } from "./dedupe-gate.ts";
import { encodeEvent, encodeFacts, NO_BODY } from "./event-record.ts";
import type { Journal, Unwritten } from "./journal.ts";
import { RECORD_EVENT, RECORD_FACTS } from "./record-format.ts";
import type { RunQueue } from "./run-queue.ts";

export interface EventWriterParts {
  /** The journal, or why it cannot be written. */
  readonly journal: () => Journal | GtcError;
  readonly queue: RunQueue;
  readonly gate: Pick<DedupeGate, "add">;
  /** What the sender of an event was answered, if that is known. */
  readonly answerOf: (eventId: string) => Promise<AnswerRecord | undefined>;
}

export class EventWriter {
  readonly #parts: EventWriterParts;

  constructor(parts: EventWriterParts) {
    this.#parts = parts;
  }

  /** Writes facts, as one record. @throws GtcError GTC_LOG_UNAVAILABLE */
  record(facts: readonly Port.NewFact[]): Promise<void> {
    const journal = this.#parts.journal();
    if (journal instanceof GtcError) return Promise.reject(journal);
    if (facts.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      journal.write(RECORD_FACTS, encodeFacts(facts), NO_BODY, {
        stored: (position) => {
          this.#noteAll(facts, position);
          resolve();
        },
        rejected: reject,
      });
    });
  }

  /** Writes an event: as an original, or as a duplicate of another. @throws GtcError GTC_LOG_UNAVAILABLE */
  store(draft: Port.EventDraft, duplicateOf: string | undefined, fingerprint: number): Promise<Port.Appended> {
    const journal = this.#parts.journal();
    if (journal instanceof GtcError) return Promise.reject(journal);
    const startsRuns = duplicateOf === undefined && draft.refusedBecause === undefined;
    // Nothing begins for an event that is sure to be rejected.
    const begun = startsRuns && journal.state.status === "ready" ? draft.early?.begin() : undefined;
    if (begun !== undefined) return begun.then((facts) => this.#writeBegun(draft, fingerprint, facts));
    const { envelope } = draft;
    return new Promise((resolve, reject) => {
      journal.write(RECORD_EVENT, encodeEvent(draft, duplicateOf, fingerprint), envelope.rawBody, {
        stored: (position) => {
          if (duplicateOf !== undefined) {
            resolve(this.#duplicate(envelope.id, duplicateOf));
            return;
          }
          this.#remember(envelope, fingerprint, position);
          if (draft.refusedBecause === undefined) this.#queueRuns(draft, position);
          resolve({ kind: "stored", eventId: envelope.id });
        },
        rejected: reject,
      });
    });
  }

  /**
   * Writes an event whose runs have begun, and what they have done, in one batch: both are stored or neither is. A torn
   * tail may have the event alone, of which nobody was told: its runs begin anew.
   */
  async #writeBegun(
    draft: Port.EventDraft,
    fingerprint: number,
    facts: readonly Port.NewFact[],
  ): Promise<Port.Appended> {
    try {
      await this.#writeWith(draft, fingerprint, facts);
    } catch (error) {
      draft.early?.rejected(error as Error);
      throw error;
    }
    return { kind: "stored", eventId: draft.envelope.id };
  }

  /** Resolves when both are on disk; the runs' side was told so before anything else could happen. */
  #writeWith(draft: Port.EventDraft, fingerprint: number, facts: readonly Port.NewFact[]): Promise<void> {
    const journal = this.#parts.journal();
    if (journal instanceof GtcError) return Promise.reject(journal);
    const { envelope, runs, early } = draft;
    return new Promise((resolve, rejected) => {
      const done = (): void => {
        early?.stored();
        resolve();
      };
      const stored = (position: number): void => {
        this.#remember(envelope, fingerprint, position);
        for (const { id } of runs) this.#parts.queue.addBegun(id);
        if (facts.length === 0) done();
      };
      const noted = (position: number): void => {
        this.#noteAll(facts, position);
        done();
      };
      const event: Unwritten = {
        type: RECORD_EVENT,
        meta: encodeEvent(draft, undefined, fingerprint),
        body: envelope.rawBody,
        receipt: { stored, rejected },
      };
      if (facts.length === 0) return journal.writeTogether([event]);
      const receipt = { stored: noted, rejected };
      journal.writeTogether([event, { type: RECORD_FACTS, meta: encodeFacts(facts), body: NO_BODY, receipt }]);
    });
  }

  #remember({ receivedAtMs }: Envelope, fingerprint: number, position: number): void {
    if (fingerprint !== 0) this.#parts.gate.add(fingerprint, position, receivedAtMs);
  }

  #queueRuns({ envelope, runs }: Port.EventDraft, position: number): void {
    for (let index = 0; index < runs.length; index++) {
      const run = runs[index]!;
      this.#parts.queue.addFresh(
        { run, envelope, attempts: 0, failedTries: 0, steps: [], answered: false },
        position + index,
      );
    }
  }

  async #duplicate(eventId: string, duplicateOf: string): Promise<Port.Appended> {
    const answer = await this.#parts.answerOf(duplicateOf);
    return { kind: "duplicate", eventId, duplicateOf, ...(answer !== undefined && { answer }) };
  }

  /** As they stand in the record: the projection counts them there. */
  #noteAll(facts: readonly Port.NewFact[], position: number): void {
    let place = position;
    for (const fact of facts) {
      this.#note(fact, place);
      place += fact.type === "written_steps" ? fact.steps.length : 1;
    }
  }

  #note(fact: Port.NewFact, seq: number): void {
    const { queue } = this.#parts;
    if (fact.type === "flow_stored" || fact.type === "traffic_minute") return;
    if (fact.type === "answered") return fact.answer.by === "flow" ? queue.noteAnswered(fact.eventId) : undefined;
    if (fact.type === "run_queued") queue.addQueued(fact.run.id, seq);
    else queue.note(fact);
  }
}
