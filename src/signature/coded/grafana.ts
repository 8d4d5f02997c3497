/**
 * Grafana's alerting signs the body, or `timestamp:body` where a header for the timestamp is configured:
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
import type { CompiledScheme, SchemeContext } from "../compiled-scheme.ts";
import { compileMac } from "../mac-scheme.ts";
import type { MacSpec } from "../scheme-spec.ts";

export function grafana({ settings, keys, tolerance = 300 }: SchemeContext): CompiledScheme {
  const timestampHeader = settings.get("timestampheader");
  const base: MacSpec = {
    kind: "mac",
    alg: "hmac-sha256",
    signature: { header: settings.get("header") ?? "X-Grafana-Alerting-Signature", encoding: "hex" },
    content: "{body}",
  };
  if (timestampHeader === undefined) return compileMac(base, settings, keys);
  const timestamp = { from: `header:${timestampHeader}`, unit: "s", tolerance } as const;
  return compileMac({ ...base, content: "{timestamp}:{body}", timestamp }, settings, keys);
}
