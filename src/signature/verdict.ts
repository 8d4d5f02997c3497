/**
 * What a verifier says of a request. A refusal carries its reason for the operator; a sender only ever learns that the
 * request was refused. A fault of the verifier itself (a key that cannot be fetched) is a thrown `VerifierFault`, never
 * a refusal and never an acceptance.
 */
export type Verdict = VerifiedVerdict | HandshakeVerdict | RefusedVerdict;

export interface VerifiedVerdict {
  readonly status: "verified";
  /** The scheme that was checked, in words: `hmac-sha256 in X-Hub-Signature-256`. */
  readonly scheme: string;
  readonly provider: string | undefined;
  /** The name of the secret that verified it; `""` where a scheme has no secret (allowlist, unsigned). */
  readonly keyName: string;
  /** False only where the operator configured that nothing is checked. */
  readonly authenticated: boolean;
  /** What the provider says happened (`orders/create`). Worked out when it is read, then kept. */
  readonly providerType: string | undefined;
  /** The sender's id of this delivery or event, for deduplication. Worked out when it is read, then kept. */
  readonly deliveryId: DeliveryId | undefined;
  /** Set when the verified request is a challenge that is to be answered without a flow. */
  readonly handshake: Handshake | undefined;
}

/** A challenge that is not signed by its nature, such as Meta's `GET ?hub.challenge=`. */
export interface HandshakeVerdict {
  readonly status: "handshake";
  readonly scheme: string;
  readonly provider: string | undefined;
  readonly handshake: Handshake;
}

export interface RefusedVerdict {
  readonly status: "refused";
  readonly scheme: string;
  readonly provider: string | undefined;
  readonly reason: RefusalReason;
  /** What was found, for the operator only. */
  readonly detail: string;
  /** What to do about it. */
  readonly hint: string;
}

export interface DeliveryId {
  readonly value: string;
  /** Where it was found: `header:X-GitHub-Delivery`, `json:id`. */
  readonly source: string;
  /** Whether the signature covers it. An id that is not covered can be changed by whoever replays the request. */
  readonly signed: boolean;
}

export interface Handshake {
  /** `slack url_verification`, for the log. */
  readonly name: string;
  readonly answer: HandshakeAnswer;
  /** A secret that the provider has just handed over: store it as the scheme's key before answering. */
  readonly newSecret?: string;
  /** A URL that must be fetched, over the guarded client, to complete the subscription. Its host has been checked. */
  readonly confirmUrl?: string;
  /** What the operator has to do, if anything. */
  readonly note?: string;
}

export interface HandshakeAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export type RefusalReason =
  | "signature_missing"
  | "signature_malformed"
  | "signature_truncated"
  | "signature_version"
  | "signature_mismatch"
  | "header_duplicated"
  | "too_many_signatures"
  | "field_missing"
  | "timestamp_missing"
  | "timestamp_malformed"
  | "timestamp_outside_tolerance"
  | "requirement_failed"
  | "claims_wrong"
  | "token_mismatch"
  | "address_not_allowed"
  | "key_expired"
  | "key_missing"
  | "certificate_untrusted"
  | "handshake_token_mismatch";

/** The verifier could not do its work. A 5xx and an alarm; says nothing about the request. */
export class VerifierFault extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "VerifierFault";
  }
}

/** A mistake in a configuration: where it is, what is wrong, what to do. */
export interface ConfigFault {
  /** JSON path relative to the scheme's entry: `secrets[1].not_after`; empty for the entry itself. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}
