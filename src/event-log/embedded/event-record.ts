/** The meta of the two kinds of records, as JSON. An event's raw body is the record's body, untouched. */
import { GtcError, type JsonPiece } from "../../base/index.ts";
import { headOf, type Envelope, type EnvelopeHead, type Listed } from "../../event/index.ts";
import type { EventDraft, NewFact, PlannedRun } from "../event-log.ts";
import { hasLargeText, writeFact } from "../fact-json.ts";
import { MAX_META_BYTES, type RecordMeta } from "./record-format.ts";

export interface EventMeta {
  readonly envelope: EnvelopeHead;
  readonly runs: readonly PlannedRun[];
  readonly refusedBecause?: string;
  readonly duplicateOf?: string;
  /** Present on an event that claims its dedupe key: the key's fingerprint, as the version made it that wrote the record. */
  readonly fingerprint?: number;
}

export const NO_BODY = new Uint8Array(0);

/** The event's meta: a duplicate starts no runs, a refused event neither starts runs nor claims its key. */
export function encodeEvent(draft: EventDraft, duplicateOf: string | undefined, fingerprint: number): string {
  const { refusedBecause } = draft;
  const startsNothing = duplicateOf !== undefined || refusedBecause !== undefined;
  // What is undefined is left out of the text.
  const meta: Listed<Omit<EventMeta, "envelope">> & { readonly envelope: Listed<EnvelopeHead> } = {
    envelope: headOf(draft.envelope),
    runs: startsNothing ? [] : draft.runs,
    refusedBecause,
    duplicateOf,
    fingerprint: startsNothing || fingerprint === 0 ? undefined : fingerprint,
  };
  return JSON.stringify(meta);
}

export function decodeEvent(meta: Buffer): EventMeta {
  return JSON.parse(meta.toString("utf8")) as EventMeta;
}

/** All facts of one call are one record, so that a torn tail never keeps a part of them. @throws GtcError GTC_RECORD_TOO_LARGE */
export function encodeFacts(facts: readonly NewFact[]): RecordMeta {
  return facts.some(hasBytes) ? encodeWithBytes(facts) : encodeTexts(facts);
}

function hasBytes(fact: NewFact): boolean {
  return fact.type === "written_steps" ? fact.steps.some((step) => typeof step !== "string") : hasLargeText(fact);
}

/** Facts without large texts, as most are: in one go. */
function encodeTexts(facts: readonly NewFact[]): string {
  const texts: string[] = [];
  for (const fact of facts) {
    if (fact.type !== "written_steps") texts.push(JSON.stringify(fact));
    else texts.push(...(fact.steps as readonly string[]));
  }
  checkSize(texts);
  return `[${texts.join(",")}]`;
}

function encodeWithBytes(facts: readonly NewFact[]): RecordMeta {
  const pieces: JsonPiece[] = [];
  const add = (piece: JsonPiece, isFirst: boolean): void => {
    if (isFirst) pieces.push(pieces.length === 0 ? "[" : ",");
    pieces.push(piece);
  };
  for (const fact of facts) {
    if (fact.type === "written_steps") for (const step of fact.steps) add(step, true);
    else writeFact(fact).forEach((piece, index) => add(piece, index === 0));
  }
  pieces.push("]");
  checkSize(pieces);
  return joinTexts(pieces);
}

/** Before they are joined, as no text can be that long. */
function checkSize(pieces: readonly JsonPiece[]): void {
  let sum = 0;
  for (const { length } of pieces) sum += length;
  if (sum > MAX_META_BYTES) throw new GtcError("GTC_RECORD_TOO_LARGE", { limit: MAX_META_BYTES });
}

/** Neighbouring texts as one: most facts are nothing else. */
function joinTexts(pieces: readonly JsonPiece[]): RecordMeta {
  const joined: JsonPiece[] = [];
  let text = "";
  for (const piece of pieces) {
    if (typeof piece === "string") text += piece;
    else {
      joined.push(text, piece);
      text = "";
    }
  }
  return joined.length === 0 ? text : [...joined, text];
}

export function toEnvelope(head: EnvelopeHead, rawBody: Uint8Array): Envelope {
  return { ...head, rawBody };
}
