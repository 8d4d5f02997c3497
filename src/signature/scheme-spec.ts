/**
 * A signature scheme as data. A provider's entry is one of these, and an operator can write one out in full in the
 * answers. `docs/design/signatures.md` explains each field with examples.
 */
import type { Encoding } from "./encoding.ts";

export type SchemeSpec =
  MacSpec | PublicKeySpec | TokenSpec | BasicSpec | JwtSpec | HttpMessageSpec | AllowlistSpec | NoneSpec | CodedSpec;

/** A keyed hash, or a plain hash over a content that holds `{secret}`. */
export interface MacSpec extends SignedContent {
  readonly kind: "mac";
  readonly alg: MacAlgorithm;
}

/** A signature that a public key verifies. */
export interface PublicKeySpec extends SignedContent {
  readonly kind: "signature";
  readonly alg: PublicKeyAlgorithm;
}

export type MacAlgorithm = "hmac-sha1" | "hmac-sha256" | "hmac-sha384" | "hmac-sha512" | "sha1" | "sha256" | "sha512";
export type PublicKeyAlgorithm = "ed25519" | "ecdsa-p256-sha256" | "rsa-sha1" | "rsa-sha256";

export interface SignedContent {
  readonly signature: SignaturePlace;
  /**
   * What is signed, as a template that is rendered to bytes: `{body} {decoded-body} {timestamp} {id} {method} {url}
   * {path} {pathquery} {secret} {form:sorted} {body:sha256:hex} {header:X} {json:a.b} {query:x} {lower:query:x} {sig:k}
   * {config:x}`. In `[...]` stands a part that is left out when one of its values is absent.
   */
  readonly content: string;
  /** Other readings of the same content, where senders differ (the URL with or without its port). */
  readonly readings?: readonly string[];
  readonly id?: { readonly from: string };
  readonly timestamp?: TimestampSpec;
  readonly secret?: SecretForm;
  /** Further conditions on the request. */
  readonly require?: readonly Requirement[];
  /** Other places of the same strength. The first whose signature is present is checked, and no other. */
  readonly any?: readonly SchemeVariant[];
}

export interface SchemeVariant {
  readonly signature: Partial<SignaturePlace>;
  readonly content?: string;
  readonly id?: { readonly from: string };
  readonly timestamp?: TimestampSpec;
}

export interface SignaturePlace {
  /** The header; a `#` at its end stands for the numbers 1 to 16 (DocuSign), any of which may match. */
  readonly header?: string;
  /** Further headers that carry a signature of the same strength: with several keys, any may match. */
  readonly moreHeaders?: readonly string[];
  readonly json?: string;
  readonly form?: string;
  readonly query?: string;
  /** Separator of a list; parts are trimmed, any part may match. */
  readonly split?: string;
  /** Takes only the parts `key=signature`. */
  readonly key?: string;
  /** Must stand in front, and is cut off. */
  readonly prefix?: string;
  /** The prefix may be missing. */
  readonly prefixOptional?: boolean;
  readonly encoding: Encoding;
  /** Several header lines are legitimate (Mollie during rotation). */
  readonly repeatable?: boolean;
}

export interface TimestampSpec {
  readonly from: string;
  readonly unit: TimestampUnit;
  /** Seconds, in both directions; without it the timestamp must be there and its age is not judged. */
  readonly tolerance?: number;
}

/** `s-or-ms`: seconds, or milliseconds where it has 13 digits or more. */
export type TimestampUnit = "s" | "ms" | "s-or-ms" | "iso8601" | "iso8601-utc" | "http-date";

export interface SecretForm {
  /**
   * `utf8`: the text is the key; `base64`, `hex`: it is decoded. For public keys: `raw-hex` and `raw-base64` (32 bytes
   * of Ed25519), `spki-base64`, `pem`.
   */
  readonly encoding: "utf8" | "base64" | "hex" | "raw-hex" | "raw-base64" | "spki-base64" | "pem";
  /** Cut off in front if it is there; the first that fits. */
  readonly strip?: string | readonly string[];
  readonly normalize?: "NFKD";
}

export interface Requirement {
  readonly from: string;
  readonly equals?: string;
  /** The name of a setting whose value it must have; not asked for when that setting is absent. */
  readonly equalsConfig?: string;
}

/** A static secret that is sent along. The body is not covered. */
export interface TokenSpec {
  readonly kind: "token";
  readonly from: string;
  readonly prefix?: string;
  /** Another place that is read when `from` is absent. */
  readonly or?: string;
}

/** HTTP Basic authentication; the secret is `user:password`. */
export interface BasicSpec {
  readonly kind: "basic";
}

export interface JwtSpec {
  readonly kind: "jwt";
  /** `header:NAME` or `body`. */
  readonly from: string;
  readonly prefix?: string;
  /** The prefix may be missing. */
  readonly prefixOptional?: boolean;
  /** Another place that is read when `from` is absent; the token stands there without the prefix. */
  readonly or?: string;
  readonly algs: readonly JwtAlgorithm[];
  readonly issuer?: string | readonly string[];
  readonly issuerConfig?: string;
  readonly audienceConfig?: string;
  /** Claims that must have a value: a literal, or `config:NAME` (not asked for when that setting is absent). */
  readonly claims?: Readonly<Record<string, string | boolean>>;
  /** Claims that must be there, as texts: they tell the token from others that are made with the same key. */
  readonly requireClaims?: readonly string[];
  readonly requireExp?: boolean;
  /** Seconds of clock difference that `exp`, `nbf` and `iat` forgive. */
  readonly skew?: number;
  /** Seconds since `iat`. */
  readonly maxAge?: number;
  /** With `emptyUnsaid` the claim may be missing where the body is empty. */
  readonly body?: { readonly claim: string; readonly encoding: Encoding; readonly emptyUnsaid?: boolean };
  readonly url?: { readonly claim?: string; readonly hashClaim?: string };
  /** Where public keys are published, when the secret does not hold them. */
  readonly jwksUrl?: string;
  /** Where a key is asked for by its id with the account's credentials. */
  readonly keyRequest?: KeyRequestSpec;
}

/** A key behind an API. Counts when the setting `client` is there: then the secret is that of the API. */
export interface KeyRequestSpec {
  /** `{environment}` stands for one of `environments`, by the setting of that name; the first is the default. */
  readonly url: string;
  readonly environments: readonly [string, ...string[]];
  /** The setting that holds the account's id. */
  readonly client: string;
}

export type JwtAlgorithm =
  "HS256" | "HS384" | "HS512" | "RS256" | "RS384" | "RS512" | "PS256" | "ES256" | "ES384" | "ES512" | "EdDSA";

/** RFC 9421 HTTP message signatures. */
export interface HttpMessageSpec {
  readonly kind: "http-message-signature";
  /** Takes the signature with this label; without it, the only one, or the one whose `tag` fits. */
  readonly label?: string;
  readonly tag?: string;
  /** Components that must be covered. Default: `@method`, `@target-uri` or `@path`, and `content-digest`. */
  readonly components?: readonly string[];
  readonly alg?: HttpMessageAlgorithm;
  /** Seconds since `created`, in both directions. Default 300. */
  readonly tolerance?: number;
  readonly secret?: SecretForm;
}

export type HttpMessageAlgorithm =
  "hmac-sha256" | "ed25519" | "ecdsa-p256-sha256" | "ecdsa-p384-sha384" | "rsa-pss-sha512" | "rsa-v1_5-sha256";

/** Only the client's address is checked. */
export interface AllowlistSpec {
  readonly kind: "ip";
}

/** Nothing is checked, because the operator said so. */
export interface NoneSpec {
  readonly kind: "none";
}

/** A scheme that has its own file in `coded/`. */
export interface CodedSpec {
  readonly kind: "coded";
  readonly scheme: string;
  /** False where the key is published (certificates), so that nothing has to be pasted. */
  readonly needsSecret?: boolean;
}
