/**
 * A possible mistake, as a request, keys or scheme changed in the way that would undo it. If the changed one verifies,
 * the mistake is certain. Everything a hypothesis does is verify: there is no second implementation of any scheme.
 */
import type { SigningKey } from "../compiled-scheme.ts";
import type { SignedRequest } from "../request.ts";
import type { SchemeConfig } from "../scheme-config.ts";

export type ExplainedReason =
  | "header_missing"
  | "wrong_encoding"
  | "wrong_prefix"
  | "body_reserialised"
  | "body_decompressed"
  | "body_trimmed"
  | "body_changed"
  | "secret_of_another"
  | "test_or_live_secret"
  | "secret_form"
  | "old_secret"
  | "timestamp"
  | "old_version"
  | "url_mismatch"
  | "header_duplicated"
  | "proxy_address"
  | "wrong_secret"
  | "as_reported";

export interface Hypothesis {
  readonly reason: ExplainedReason;
  readonly request?: SignedRequest;
  readonly keys?: readonly SigningKey[];
  readonly config?: SchemeConfig;
  /** What was wrong, when this verifies. */
  readonly detail: string;
  readonly fix: string;
}

/** A case to be explained. */
export interface Case {
  readonly config: SchemeConfig;
  readonly keys: readonly SigningKey[];
  readonly request: SignedRequest;
  /** The time of receipt. */
  readonly nowMs: number;
}

/** Secrets of other tenants and event types, tried to find a mix-up; `name` is how the operator knows them. */
export interface OtherKeys {
  readonly name: string;
  readonly keys: readonly SigningKey[];
}
