/** An envelope without its body: what is written as text wherever the body goes beside it as bytes. */
import type { Envelope } from "./envelope.ts";

export type EnvelopeHead = Omit<Envelope, "rawBody">;

/** Every field of an object, also those that it may lack: one that is forgotten does not compile. */
export type Listed<T> = { readonly [K in keyof T]-?: T[K] | undefined };

/**
 * The head of an envelope, to be written as JSON, which leaves out what is undefined. Field by field: taking one property
 * out of an object is slow, and this is done per event.
 */
export function headOf(envelope: Envelope): Listed<EnvelopeHead> {
  const { id, tenant, eventType, receivedAtMs, method, target, headers, remoteAddress, verdict } = envelope;
  const { dedupe, providerType, acceptedFrom } = envelope;
  return {
    id,
    tenant,
    eventType,
    receivedAtMs,
    method,
    target,
    headers,
    remoteAddress,
    verdict,
    dedupe,
    providerType,
    acceptedFrom,
  };
}
