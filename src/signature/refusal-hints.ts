/** The first advice for each reason; `explainRefusal` looks closer when an operator asks. */
import type { RefusalReason } from "./verdict.ts";

export const REFUSAL_HINTS: Readonly<Record<RefusalReason, string>> = {
  signature_missing:
    "Switch signing on at the provider and give it the secret; check that no proxy removes the header, and that the scheme names the right one.",
  signature_malformed: "Check that the scheme's encoding and prefix are the ones the provider uses.",
  signature_truncated:
    "Look for what cuts the header on its way: a proxy's limit, a script that copies it. A signature of another algorithm can be shorter, too: SHA-1 has 40 characters in hex.",
  signature_version: "The provider sends another version of the signature than the scheme reads: choose that scheme.",
  signature_mismatch:
    "Compare the secret with the provider's; the body must reach gtc exactly as it was sent. `gtc verify` looks closer.",
  header_duplicated: "A header that decides must be there once: look for a proxy that adds it again.",
  too_many_signatures: "No provider sends that many signatures: someone is probing.",
  field_missing: "The request lacks a part that is signed: check that the scheme fits the sender.",
  timestamp_missing:
    "The request lacks its timestamp: check that the scheme fits the sender and no proxy removes the header.",
  timestamp_malformed: "The timestamp is not in the form that the scheme names: check the scheme's unit.",
  timestamp_outside_tolerance:
    "Check the clocks of both sides; if the provider delivers late on purpose, set `tolerance` for this scheme.",
  requirement_failed: "The request is of another kind than the scheme accepts: choose the scheme that fits.",
  claims_wrong: "Check the settings of the scheme (issuer, audience, URL) against the provider's.",
  token_mismatch: "Compare the token with the provider's setting.",
  address_not_allowed:
    "Add the provider's address range to `allow_ips`, or name the proxy that requests come through in `trusted_proxies`.",
  key_expired: "The provider still uses the old secret: give it the new one, or extend `not_after`.",
  key_missing: "Add the secret to the answers and run `gtc setup` again.",
  certificate_untrusted: "The request names a certificate that does not belong to the provider: it was not sent by it.",
  handshake_token_mismatch: "Give the provider the verify token that is in the answers.",
};
