/**
 * By what a delivery is known again. Normally the sender's own id. With `replay_guard: strict`, an id that the signature
 * does not cover is not trusted: whoever has seen a request could send it again under another id, so the signed body itself
 * is the key, and the id is kept beside it to tell a redelivery from a replay.
 */
import { createHash } from "node:crypto";
import type { DedupeKey, Envelope } from "../event/index.ts";
import type { DeliveryId, VerifiedVerdict } from "../signature/index.ts";
import type { TenantSources } from "./source-table.ts";

/** The key of a delivery by the sender's id; undefined when there is none. */
export function deliveryKey(id: DeliveryId | undefined): DedupeKey | undefined {
  return id === undefined ? undefined : { value: id.value, source: id.source, signed: id.signed };
}

/** The key of a verified delivery. */
export function dedupeKeyOf(
  { deliveryId, authenticated }: VerifiedVerdict,
  { replayGuard }: Pick<TenantSources, "replayGuard">,
  rawBody: Uint8Array,
): DedupeKey | undefined {
  return replayGuard === "strict" && authenticated ? guardedKey(deliveryId, rawBody) : deliveryKey(deliveryId);
}

/** The key under `replay_guard: strict`. */
function guardedKey(id: DeliveryId | undefined, rawBody: Uint8Array): DedupeKey {
  if (id?.signed === true) return { value: id.value, source: id.source, signed: true };
  const value = createHash("sha256").update(rawBody).digest("hex");
  return { value, source: "body", signed: true, ...(id !== undefined && { unsignedId: id.value }) };
}

/** Whether a duplicate is the same body under another id than the original's: nobody redelivers like that. */
export function isReplay(duplicate: Envelope, original: Envelope): boolean {
  return duplicate.dedupe?.source === "body" && duplicate.dedupe.unsignedId !== original.dedupe?.unsignedId;
}
