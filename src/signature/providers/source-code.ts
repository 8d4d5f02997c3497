/** Hosting of source code and continuous integration. */
import type { Provider } from "../provider.ts";

export const SOURCE_CODE: readonly Provider[] = [
  {
    id: "github",
    name: "GitHub",
    docs: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
    scheme: {
      kind: "mac",
      alg: "hmac-sha256",
      signature: { header: "X-Hub-Signature-256", prefix: "sha256=", encoding: "hex" },
      content: "{body}",
    },
    secret: "the webhook's secret",
    eventType: "header:X-GitHub-Event",
    deliveryId: "header:X-GitHub-Delivery",
    responseLimitMs: 10_000,
    known: "sdk",
  },
];
