/**
 * HubSpot v3 signs the URL with some of its escapes decoded; its own SDK leaves that to the caller, so both readings
 * occur: https://developers.hubspot.com/docs/api/webhooks/validating-requests
 */
import type { SchemeContext } from "../compiled-scheme.ts";
import type { CodedMac } from "./coded-mac.ts";

/** The escapes that HubSpot's page lists, and no others. */
const DECODED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

export function hubspotV3({ tolerance = 300 }: SchemeContext): CodedMac {
  return {
    spec: {
      kind: "mac",
      alg: "hmac-sha256",
      signature: { header: "X-HubSpot-Signature-v3", encoding: "base64" },
      content: "{method}{url}{body}{timestamp}",
      readings: ["{method}{url:decoded}{body}{timestamp}"],
      timestamp: { from: "header:X-HubSpot-Request-Timestamp", unit: "ms", tolerance },
    },
    own: {
      "url:decoded": ({ request }) => {
        const decoded = request.url.replaceAll(DECODED, (escape) => decodeURIComponent(escape));
        return decoded === request.url ? undefined : decoded;
      },
    },
  };
}
