/** Delivery ids that many senders write into headers: for event types without a scheme of their own. */
import { RequestView } from "./request-view.ts";
import type { SignedRequest } from "./request.ts";
import type { DeliveryId } from "./verdict.ts";

/** From the most to the least specific, so that an id of the delivery wins over one of a proxy. */
const ID_HEADERS = [
  "X-GitHub-Delivery",
  "X-Gitea-Delivery",
  "X-Forgejo-Delivery",
  "X-Gogs-Delivery",
  "X-Shopify-Webhook-Id",
  "webhook-id",
  "svix-id",
  "ce-id",
  "X-Gitlab-Event-UUID",
  "X-Request-UUID",
  "Linear-Delivery",
  "I-Twilio-Idempotency-Token",
  "X-Webhook-Id",
  "X-Delivery-Id",
  "X-Event-Id",
  "Idempotency-Key",
  "X-Idempotency-Key",
];

const HEADERS = ID_HEADERS.map((name) => ({ lowerName: name.toLowerCase(), source: `header:${name}` }));

/** The first well-known id header that is there once; `covers` says which of them the signature covers. */
export function wellKnownDeliveryId(view: RequestView, covers: (source: string) => boolean): DeliveryId | undefined {
  for (const { lowerName, source } of HEADERS) {
    const value = view.header(lowerName);
    if (value === undefined || value === "" || value.length > 256) continue;
    return { value, source, signed: covers(source) };
  }
  return undefined;
}

/** The sender's delivery id of a request that no scheme looks at; it is never covered by a signature. */
export function deliveryIdOf(request: SignedRequest): DeliveryId | undefined {
  return wellKnownDeliveryId(new RequestView(request), () => false);
}
