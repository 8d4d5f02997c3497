/** Delivery ids that many senders write into headers: for event types without a scheme of their own. */
import { RequestView } from "./request-view.ts";
import type { SignedRequest } from "./request.ts";
import { shortened } from "./source.ts";
import type { DeliveryId } from "./verdict.ts";

/**
 * From the most to the least specific, so that an id of the delivery wins over one of a proxy. CloudEvents are numbered by
 * their source: its ids are no ids without it. What some write for the delivery and others for the subscription (`X-Webhook-Id`) is left out: as a
 * subscription's it would make duplicates of all its events. `delivery_id_from` takes it where it is the delivery's.
 */
const ID_HEADERS = [
  "X-GitHub-Delivery",
  "X-Gitea-Delivery",
  "X-Forgejo-Delivery",
  "X-Gogs-Delivery",
  "X-Shopify-Webhook-Id",
  "webhook-id",
  "svix-id",
  "ce-source + ce-id",
  "ce-id",
  "X-Request-UUID",
  "Linear-Delivery",
  "I-Twilio-Idempotency-Token",
  "X-Delivery-Id",
  "X-Event-Id",
  "Idempotency-Key",
  "X-Idempotency-Key",
  // Events that one action at GitLab causes share it; newer releases send an Idempotency-Key of each beside it.
  "X-Gitlab-Event-UUID",
];

const IDS = ID_HEADERS.map((line) => {
  const names = line.split(" + ");
  const sources = names.map((name) => `header:${name}`);
  return { lowerNames: names.map((name) => name.toLowerCase()), sources, source: sources.join(" + ") };
});

/** The first well-known id whose headers are there once; `covers` says which of them the signature covers. */
export function wellKnownDeliveryId(view: RequestView, covers: (source: string) => boolean): DeliveryId | undefined {
  for (const { lowerNames, sources, source } of IDS) {
    const value = valueOf(view, lowerNames);
    if (value !== undefined) return { value: shortened(value), source, signed: sources.every(covers) };
  }
  return undefined;
}

/** Written out for the usual single header: every event without a scheme asks for all of them. */
function valueOf(view: RequestView, lowerNames: readonly string[]): string | undefined {
  let value: string | undefined;
  for (const name of lowerNames) {
    const part = view.header(name);
    if (part === undefined || part === "") return undefined;
    value = value === undefined ? part : `${value}.${part}`;
  }
  return value;
}

/** The sender's delivery id of a request that no scheme looks at; it is never covered by a signature. */
export function deliveryIdOf(request: SignedRequest): DeliveryId | undefined {
  return wellKnownDeliveryId(new RequestView(request), () => false);
}
