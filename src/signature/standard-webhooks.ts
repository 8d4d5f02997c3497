/**
 * Standard Webhooks, symmetric: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * Many services send it, some under the header prefix of Svix, where it comes from.
 */
import type { MacSpec, SecretForm } from "./scheme-spec.ts";

type Prefix = "webhook" | "svix";

const BASE64_SECRET: SecretForm = { encoding: "base64", strip: "whsec_" };

export function standardWebhooks(prefix: Prefix, secret: SecretForm = BASE64_SECRET): MacSpec {
  return {
    kind: "mac",
    alg: "hmac-sha256",
    signature: { header: `${prefix}-signature`, split: " ", prefix: "v1,", encoding: "base64" },
    content: "{id}.{timestamp}.{body}",
    id: { from: `header:${prefix}-id` },
    timestamp: { from: `header:${prefix}-timestamp`, unit: "s", tolerance: 300 },
    secret,
  };
}

/** The same scheme under the first prefix, or, when that is not there, under the second. */
export function either(first: Prefix, second: Prefix): MacSpec {
  const { signature, id, timestamp } = standardWebhooks(second);
  return {
    ...standardWebhooks(first),
    any: [{ signature, ...(id && { id }), ...(timestamp && { timestamp }) }],
  };
}
