/**
 * A duplicate is answered with what the first of its kind was answered. That answer may repeat what is masked in the first
 * request, also where the duplicate itself does not have it.
 */
import type { Envelope } from "../../event/index.ts";
import type { EventDetail } from "../../event-log/index.ts";
import { Echoes, echoesOf } from "../echoes.ts";
import type { MaskRules } from "../masking.ts";
import type { AdminBackend } from "./backend.ts";
import { maskablePayload } from "./shown-body.ts";

export interface FirstOfItsKind {
  /** Undefined: it is gone. */
  readonly envelope: Envelope | undefined;
}

/** The first of a duplicate's kind. Undefined: it is no duplicate, or had our own answer. */
export async function firstOfItsKind(
  { log }: Pick<AdminBackend, "log">,
  { summary, answer }: EventDetail,
): Promise<FirstOfItsKind | undefined> {
  if (summary.duplicateOf === undefined || answer === undefined) return undefined;
  return { envelope: await log.getEnvelope(summary.duplicateOf) };
}

/** What the first of its kind masks: anything, where it is gone. */
export async function firstEchoes(first: FirstOfItsKind | undefined, rules: MaskRules): Promise<Echoes | undefined> {
  if (first === undefined) return undefined;
  const { envelope } = first;
  if (envelope === undefined) return new Echoes([], true);
  return echoesOf(envelope, await maskablePayload(envelope.headers, envelope.rawBody, rules), rules);
}
