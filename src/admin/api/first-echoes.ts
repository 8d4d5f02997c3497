/**
 * A duplicate is answered with what the first of its kind was answered. That answer may repeat what is masked in the first
 * request, also where the duplicate itself does not have it.
 */
import type { EventDetail } from "../../event-log/index.ts";
import { Echoes, echoesOf } from "../echoes.ts";
import type { MaskRules } from "../masking.ts";
import type { AdminBackend } from "./backend.ts";
import { maskablePayload } from "./shown-body.ts";

/** What the first of its kind masks: anything, where it is gone. Undefined: it is no duplicate, or had our own answer. */
export async function firstEchoes(
  { log }: Pick<AdminBackend, "log">,
  { summary, answer }: EventDetail,
  rules: MaskRules,
): Promise<Echoes | undefined> {
  if (summary.duplicateOf === undefined || answer === undefined) return undefined;
  const first = await log.getEnvelope(summary.duplicateOf);
  if (first === undefined) return new Echoes([], true);
  return echoesOf(first, await maskablePayload(first.headers, first.rawBody, rules), rules);
}
