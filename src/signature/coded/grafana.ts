/**
 * Grafana's alerting signs the body, or `timestamp:body` where a header for the timestamp is configured:
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
import type { SchemeContext } from "../compiled-scheme.ts";
import type { MacSpec } from "../scheme-spec.ts";
import type { CodedMac } from "./coded-mac.ts";

export function grafana({ settings, tolerance = 300 }: SchemeContext): CodedMac {
  const timestampHeader = settings.get("timestampheader");
  const spec: MacSpec = {
    kind: "mac",
    alg: "hmac-sha256",
    signature: { header: "X-Grafana-Alerting-Signature", encoding: "hex" },
    content: "{body}",
  };
  if (timestampHeader === undefined) return { spec };
  const timestamp = { from: `header:${timestampHeader}`, unit: "s", tolerance } as const;
  return { spec: { ...spec, content: "{timestamp}:{body}", timestamp } };
}
