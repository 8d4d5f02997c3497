/**
 * Webhook signatures: every provider a user is likely to meet, verified on the raw body, and the reason when one fails.
 * The door of the library; see `README.md` beside it.
 */
export type { SignedRequest } from "./request.ts";
export type {
  ConfigFault,
  DeliveryId,
  Handshake,
  HandshakeAnswer,
  HandshakeVerdict,
  RefusalReason,
  RefusedVerdict,
  Verdict,
  VerifiedVerdict,
} from "./verdict.ts";
export { VerifierFault } from "./verdict.ts";
export type { SigningKey } from "./compiled-scheme.ts";
export type { SchemeConfig } from "./scheme-config.ts";
export { sha256Spec } from "./scheme-config.ts";
export type { SchemeSpec } from "./scheme-spec.ts";
export type { Provider } from "./provider.ts";
export { parseSchemeConfig, type ParsedSchemeConfig } from "./parse-scheme-config.ts";
export { createVerifier, type Verifier, type VerifierOptions } from "./verifier.ts";
export { keyFaults } from "./resolve-scheme.ts";
export { createKeyStore, type FetchText, type KeyStore, type KeyStoreOptions } from "./key-store.ts";
export { explainRefusal, type Explanation, type ExplainOptions } from "./forensics/explain-refusal.ts";
export type { ExplainedReason, OtherKeys } from "./forensics/hypothesis.ts";
export { curlCommand } from "./curl.ts";
export { signRequest, type SignOptions, type Signed } from "./sign.ts";
export { deliveryIdOf } from "./well-known-ids.ts";
export { listProviders } from "./providers/index.ts";
export { describeProvider, type ProviderDescription } from "./describe-provider.ts";
export { providersReference } from "./providers-reference.ts";
