/** Why a refused request is not accepted now, whatever its signature says. */
import { formatDuration } from "../base/index.ts";
import type { Refusal } from "../event-log/index.ts";

export interface StillRefused {
  readonly reason: string;
  readonly detail: string;
  /** What to do about it. */
  readonly hint: string;
  readonly likely?: Refusal["likely"];
}

const SEND_AGAIN = "Have the sender deliver it again.";

export const NOTHING_TO_VERIFY: StillRefused = {
  reason: "nothing_to_verify",
  detail: "No signature is checked for this event type now, so nothing tells a genuine request from a forged one.",
  hint: `Give the event type a signature in the answers, or: ${SEND_AGAIN.toLowerCase()}`,
};

export const NOT_A_DELIVERY: StillRefused = {
  reason: "not_a_delivery",
  detail: "It is a challenge or a probe, and no event.",
  hint: "Have the provider check the URL again.",
};

export function unknownTenant(name: string): StillRefused {
  return { reason: "unknown_tenant", detail: `There is no tenant "${name}".`, hint: SEND_AGAIN };
}

export function retiredSecret(name: string): StillRefused {
  const detail = `It is signed with the secret "${name}", which is no longer accepted.`;
  return { reason: "key_expired", detail, hint: SEND_AGAIN };
}

export interface AcceptanceLimits {
  readonly nowMs: number;
  readonly dedupeWindowMs: number;
  /** 0: events are kept for ever. */
  readonly retentionMs: number;
}

/** What keeps a refused request from being verified again; undefined: nothing. */
export function hindranceTo(refusal: Refusal, limits: AcceptanceLimits): StillRefused | undefined {
  const { method, status, reason, bodyBytes, bodyStart } = refusal;
  if (method !== "POST") return NOT_A_DELIVERY;
  if (status !== 401) {
    const unread = bodyBytes === 0 ? "; its body was never read" : "";
    const detail = `It was refused with ${status} (${reason}) and not for its signature${unread}.`;
    return { reason: "other_refusal", detail, hint: SEND_AGAIN };
  }
  if (bodyStart.length !== bodyBytes) {
    const detail = `Only the first ${bodyStart.length} of its ${bodyBytes} bytes were kept.`;
    return { reason: "body_not_kept", detail, hint: SEND_AGAIN };
  }
  return tooOld(refusal, limits);
}

function tooOld(
  { receivedAtMs }: Refusal,
  { nowMs, dedupeWindowMs, retentionMs }: AcceptanceLimits,
): StillRefused | undefined {
  const ageMs = nowMs - receivedAtMs;
  if (dedupeWindowMs > 0 && ageMs >= dedupeWindowMs) {
    const detail = `It is older than dedupe_window (${formatDuration(dedupeWindowMs)}): whether its sender delivered it again meanwhile is no longer known.`;
    return { reason: "too_old", detail, hint: `Raise dedupe_window and start again, or: ${SEND_AGAIN.toLowerCase()}` };
  }
  if (retentionMs > 0 && ageMs >= retentionMs) {
    const detail = `It is older than retention (${formatDuration(retentionMs)}): it would be dropped at once.`;
    return { reason: "too_old", detail, hint: `Raise retention, or: ${SEND_AGAIN.toLowerCase()}` };
  }
  return undefined;
}
