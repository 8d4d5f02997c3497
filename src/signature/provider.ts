/** One entry of the table of providers: everything known about how a service signs, as data. */
import type { SchemeSpec } from "./scheme-spec.ts";

export interface Provider {
  /** As it is written in the answers: `github`. */
  readonly id: string;
  readonly name: string;
  /** The provider's own page about its signatures. */
  readonly docs: string;
  readonly scheme: SchemeSpec;
  /** What to paste as the secret, in the provider's own words. */
  readonly secret: string;
  /** Where the provider says what happened: sources, joined by ` + ` (values joined with a dot), or alternatives by ` | `. */
  readonly eventType?: string;
  /** Where the id of the delivery is; in the same notation. */
  readonly deliveryId?: string;
  readonly handshake?: HandshakeName;
  /** The provider itself hands over the secret, so that there may be none at first. */
  readonly secretFromHandshake?: boolean;
  /** What the provider wants to read in the answer to every event, where a plain 2xx will not do. */
  readonly acknowledgement?: string;
  /** Settings beside the secret. */
  readonly settings?: readonly ProviderSetting[];
  /** How long the provider waits for an answer. */
  readonly responseLimitMs?: number;
  readonly retries?: string;
  /** What surprises people. */
  readonly notes?: readonly string[];
  /** How the scheme is known: the vendor's code, its documentation, others' code, or no more than common knowledge. */
  readonly known: "sdk" | "doc" | "third party" | "unconfirmed";
}

export interface ProviderSetting {
  readonly name: string;
  readonly required: boolean;
  readonly what: string;
  /** The only values. */
  readonly oneOf?: readonly string[];
}

/** Challenges that are answered without a flow; `handshakes/` has them. */
export type HandshakeName =
  | "asana"
  | "aws-sns"
  | "braintree"
  | "challenge-query"
  | "cloudevents"
  | "discord"
  | "empty-events"
  | "get-ok"
  | "head"
  | "mandrill"
  | "meta"
  | "monday"
  | "ms-graph"
  | "notion"
  | "okta"
  | "onfleet"
  | "slack"
  | "twitch"
  | "woocommerce"
  | "x-crc"
  | "zoom";
