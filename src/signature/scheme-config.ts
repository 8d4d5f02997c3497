/**
 * What an operator configures for one event type, parsed and without its secrets: plain JSON, fit to be stored. The
 * secrets travel apart as `SigningKey`s, so that they can be sealed.
 */
import type { SchemeSpec } from "./scheme-spec.ts";

export interface SchemeConfig {
  /** A provider of the table by its id, or a scheme that is written out. */
  readonly scheme: { readonly provider: string } | { readonly spec: SchemeSpec };
  /** The provider's settings that are no secrets: `webhook_id`, `audience`, `verify_token`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The header of the signature or token, where it is another than the provider's usual one. */
  readonly header?: string;
  /** Seconds; replaces the scheme's own tolerance. */
  readonly toleranceSeconds?: number;
  /** The URL as it is configured at the provider, where it is another than the one the gateway knows. */
  readonly url?: string;
  /** Addresses and ranges the client must come from, in addition to the scheme. */
  readonly allowIps?: readonly string[];
  /** Where a custom scheme says what happened, in the notation of the provider table. */
  readonly eventType?: string;
  readonly deliveryId?: string;
}

/** The configuration of the seed's `algorithm: sha256`: an HMAC of the body in hex, with or without `sha256=`. */
export function sha256Spec(header: string): SchemeSpec {
  return {
    kind: "mac",
    alg: "hmac-sha256",
    signature: { header, prefix: "sha256=", prefixOptional: true, encoding: "hex" },
    content: "{body}",
  };
}
