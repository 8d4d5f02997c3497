/** What every scheme becomes before the first request: everything that can be computed ahead is. */
import type { KeyStore } from "./key-store.ts";
import type { RequestView } from "./request-view.ts";
import type { Settings } from "./source.ts";
import type { RefusalReason } from "./verdict.ts";

/** A secret with a name. Several can be valid at once while one replaces the other. */
export interface SigningKey {
  readonly name: string;
  /** The text as the provider shows it, resolved; a public key or certificate where the scheme verifies with one. */
  readonly secret: string;
  /** Past this moment the key is no longer accepted. */
  readonly notAfterMs?: number;
}

export type CheckOutcome = { readonly ok: true; readonly keyName: string } | Refusal;

export interface Refusal {
  readonly ok: false;
  readonly reason: RefusalReason;
  readonly detail: string;
}

export interface CompiledScheme {
  /** For the record: `hmac-sha256, header X-Hub-Signature-256`. */
  readonly label: string;
  check(view: RequestView, nowMs: number): CheckOutcome | Promise<CheckOutcome>;
  /** Whether a source of an id is covered by what is verified: of this request, or without one of every request. */
  readonly covers: (source: string, view?: RequestView) => boolean;
  /** What happened, where only code finds it; else the provider's `eventType` says where. */
  readonly eventType?: (view: RequestView) => string | undefined;
  /** The URL and the body are signed side by side: where the one ends has to be certain. */
  readonly joinsUrlAndBody?: boolean;
  /** Names of the header in which the signature or token is expected, lower case: for forensics. */
  readonly signatureHeaders: readonly string[];
}

/** What a scheme is compiled with. */
export interface SchemeContext {
  readonly settings: Settings;
  readonly keys: readonly SigningKey[];
  /** Where published keys and certificates come from; without it they have to be pasted as secrets. */
  readonly keyStore: KeyStore | undefined;
  /** Seconds; the operator's own tolerance. */
  readonly tolerance: number | undefined;
}

/** What a sender wrote may stand in a detail, and be as long as a body: it is kept, and written into a line of the log. */
const MAX_DETAIL_LENGTH = 1000;

export function refuse(reason: RefusalReason, detail: string): Refusal {
  const isLong = detail.length > MAX_DETAIL_LENGTH;
  return { ok: false, reason, detail: isLong ? `${detail.slice(0, MAX_DETAIL_LENGTH)}…` : detail };
}

export function isExpired(key: { readonly notAfterMs?: number | undefined }, nowMs: number): boolean {
  return key.notAfterMs !== undefined && nowMs > key.notAfterMs;
}
