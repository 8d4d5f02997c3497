/** The meta of the two kinds of records, as JSON. An event's raw body is the record's body, untouched. */
import { GtcError } from "../../base/index.ts";
import { headOf, type Envelope, type EnvelopeHead, type Listed } from "../../event/index.ts";
import type { EventDraft, Fact, NewFact, PlannedRun } from "../event-log.ts";
import { MAX_META_BYTES } from "./record-format.ts";

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
export function encodeFacts(facts: readonly NewFact[]): string {
  const texts: string[] = [];
  for (const fact of facts) {
    if (fact.type !== "written_steps") texts.push(JSON.stringify(fact));
    else for (const step of fact.steps) texts.push(step);
  }
  // Before they are joined, as no text can be that long.
  if (texts.reduce((sum, text) => sum + text.length, 0) > MAX_META_BYTES)
    throw new GtcError("GTC_RECORD_TOO_LARGE", { limit: MAX_META_BYTES });
  return `[${texts.join(",")}]`;
}

export function decodeFacts(meta: Buffer): readonly Fact[] {
  return JSON.parse(meta.toString("utf8")) as readonly Fact[];
}

export function toEnvelope(head: EnvelopeHead, rawBody: Uint8Array): Envelope {
  return { ...head, rawBody };
}
