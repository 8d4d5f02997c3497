/** Payments and billing. */
import type { Provider } from "../provider.ts";

export const PAYMENTS: readonly Provider[] = [
  {
    id: "stripe",
    name: "Stripe",
    docs: "https://docs.stripe.com/webhooks/signature",
    scheme: {
      kind: "mac",
      alg: "hmac-sha256",
      signature: { header: "Stripe-Signature", split: ",", key: "v1", encoding: "hex" },
      content: "{timestamp}.{body}",
      timestamp: { from: "sig:t", unit: "s", tolerance: 300 },
    },
    secret: "the endpoint's signing secret, the whole text with whsec_",
    eventType: "json:type",
    deliveryId: "json:id",
    known: "sdk",
  },
];
