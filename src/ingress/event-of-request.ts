/** What is stored of a request and of what was found about it. */
import type { Writable } from "../base/index.ts";
import type { DedupeKey, Envelope, VerdictRecord } from "../event/index.ts";
import type { VerifiedVerdict } from "../signature/index.ts";
import type { ArrivedRequest } from "./arrived-request.ts";

/** Written out field by field: this object is made, and written, once per event. */
export function envelopeOf(
  id: string,
  { route, receivedAtMs, method, target, headers, remoteAddress, rawBody }: Omit<ArrivedRequest, "receivedAt">,
  verdict: VerdictRecord,
  dedupe: DedupeKey | undefined,
  providerType: string | undefined,
): Envelope {
  const { tenant, eventType } = route;
  const envelope: Writable<Envelope> = {
    id,
    tenant,
    eventType,
    receivedAtMs,
    method,
    target,
    headers,
    remoteAddress,
    rawBody,
    verdict,
  };
  if (dedupe !== undefined) envelope.dedupe = dedupe;
  if (providerType !== undefined) envelope.providerType = providerType;
  return envelope;
}

/** What is kept of a verdict that let a request in. */
export function recordedVerdict(verdict: VerifiedVerdict): VerdictRecord {
  return verdict.authenticated ? verifiedRecord(verdict) : { status: "unsigned" };
}

export function verifiedRecord({ scheme, keyName, provider }: VerifiedVerdict): VerifiedRecord {
  return provider === undefined
    ? { status: "verified", scheme, keyName }
    : { status: "verified", scheme, keyName, provider };
}

type VerifiedRecord = Extract<VerdictRecord, { readonly status: "verified" }>;
