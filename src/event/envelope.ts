/**
 * The envelope: a request as it came, with what verification said about it. It is written once, never changed, and
 * holds the raw body; everything that happens later (runs, answers) is told by other facts of the log.
 *
 * Invariants:
 * 1. `rawBody` is exactly what was sent, before any Content-Encoding was undone.
 * 2. Header names are lower-case, in the order in which they came; a header that came twice stands twice.
 * 3. `receivedAtMs` is the time of receipt; every later check of a timestamp uses it and not the clock.
 */
export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface Envelope {
  /** UUIDv7. */
  readonly id: string;
  readonly tenant: string;
  readonly eventType: string;
  readonly receivedAtMs: number;
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: HeaderList;
  readonly remoteAddress: string;
  readonly rawBody: Uint8Array;
  readonly verdict: VerdictRecord;
  readonly dedupe?: DedupeKey;
  /** What the provider says happened, e.g. `X-GitHub-Event` or Stripe's `type`. */
  readonly providerType?: string;
  /** Refused when it came, and accepted later by an operator, after it verified. */
  readonly acceptedFrom?: AcceptedFrom;
}

export interface AcceptedFrom {
  readonly refusalId: string;
  /** When it was accepted; the request itself came at `receivedAtMs`. */
  readonly atMs: number;
}

/** What is kept of a verdict. `unsigned` = accepted without a signature because the operator allows it. */
export type VerdictRecord =
  | {
      readonly status: "verified";
      readonly scheme: string;
      readonly provider?: string;
      readonly keyName: string;
      /** It did not verify when it came, and did when an operator had it verified again: `acceptedFrom` says more. */
      readonly afterRefusal?: true;
    }
  | {
      readonly status: "unsigned";
      /** Not a sender but an operator sent it, as an edited copy or to try something. */
      readonly sentBy?: "operator";
    }
  | { readonly status: "refused"; readonly reason: string; readonly detail: string; readonly hint: string };

/** The sender's own id of the delivery. */
export interface DedupeKey {
  readonly value: string;
  /** Where it was found, e.g. `header:x-github-delivery` or `json:id`; `body`: it is the hash of the signed body. */
  readonly source: string;
  /** Whether the signature covers it. */
  readonly signed: boolean;
  /** Beside the hash of the body: the id that the sender gave and that its signature does not cover. */
  readonly unsignedId?: string;
}

/** The first value of a header by its lower-case name. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  for (const [key, value] of headers) if (key === name) return value;
  return undefined;
}

/**
 * A header that is a list, by its lower-case name: its lines are one list, in their order (RFC 9110 section 5.3). Undefined
 * when it did not come.
 */
export function listHeaderOf(headers: HeaderList, name: string): string | undefined {
  let list: string | undefined;
  for (const [key, value] of headers) if (key === name) list = list === undefined ? value : `${list}, ${value}`;
  return list;
}
