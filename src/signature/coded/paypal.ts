/**
 * PayPal signs `transmission id|time|webhook id|CRC-32 of the body` with a certificate that the request names:
 * https://developer.paypal.com/api/rest/webhooks/rest/
 */
import { verify } from "node:crypto";
import { isExpired, refuse, type CheckOutcome, type CompiledScheme, type SchemeContext } from "../compiled-scheme.ts";
import { decodeStrict } from "../encoding.ts";
import type { RequestView } from "../request-view.ts";
import { certificates, checkWith, type Certificates } from "./certificates.ts";
import { crc32 } from "./crc32.ts";

export function paypal(context: SchemeContext): CompiledScheme {
  const certificateAt = certificates(context, isPayPalUrl);
  const ids = webhookIds(context);
  return {
    label: "rsa-sha256 certificate, header PAYPAL-TRANSMISSION-SIG",
    signatureHeaders: ["paypal-transmission-sig"],
    covers: (source) => /^(json:|header:PAYPAL-TRANSMISSION-(ID|TIME)$)/i.test(source),
    check: (view, nowMs) => {
      if (ids.length === 0) return refuse("key_missing", "webhook_id is not configured");
      const parts = readHeaders(view);
      if ("ok" in parts) return parts;
      const found = certificateAt(parts.certUrl, nowMs);
      if (found instanceof Promise) return found.then((fetched) => checkParts(parts, fetched, ids, view, nowMs));
      return checkParts(parts, found, ids, view, nowMs);
    },
  };
}

interface Parts {
  readonly id: string;
  readonly time: string;
  readonly certUrl: string;
  readonly signature: Buffer;
}

function readHeaders(view: RequestView): Parts | ReturnType<typeof refuse> {
  const [id, time, certUrl, text, algorithm] = ["id", "time", "cert-url", "sig", "auth-algo"].map((name) =>
    view.header(name === "cert-url" || name === "auth-algo" ? `paypal-${name}` : `paypal-transmission-${name}`),
  );
  if (view.duplicated !== undefined)
    return refuse("header_duplicated", `header ${view.duplicated} occurs more than once`);
  if (text === undefined) return refuse("signature_missing", "header PAYPAL-TRANSMISSION-SIG is not there");
  if (id === undefined || time === undefined || certUrl === undefined) {
    return refuse(
      "field_missing",
      "one of PAYPAL-TRANSMISSION-ID, PAYPAL-TRANSMISSION-TIME, PAYPAL-CERT-URL is not there",
    );
  }
  if (algorithm !== undefined && algorithm !== "SHA256withRSA")
    return refuse("signature_version", `PAYPAL-AUTH-ALGO is ${JSON.stringify(algorithm.slice(0, 40))}`);
  const signature = decodeStrict(text, "base64");
  if (signature === undefined) return refuse("signature_malformed", "PAYPAL-TRANSMISSION-SIG is not base64");
  return { id, time, certUrl, signature };
}

function checkParts(
  parts: Parts,
  found: Certificates,
  ids: readonly WebhookId[],
  view: RequestView,
  nowMs: number,
): CheckOutcome {
  const checksum = crc32(view.request.rawBody);
  const outcomes = ids.map((id): CheckOutcome => {
    const message = Buffer.from(`${parts.id}|${parts.time}|${id.text}|${checksum}`, "utf8");
    const mismatch = "the certificate did not make the signature over this body and webhook_id";
    const outcome = checkWith(found, (key) => verify("sha256", message, key, parts.signature), mismatch, nowMs);
    if (!outcome.ok || id.name === undefined) return outcome;
    if (isExpired(id, nowMs))
      return refuse("key_expired", `the secret ${JSON.stringify(id.name)} is past its not_after`);
    return { ok: true, keyName: id.name };
  });
  const better = outcomes.find(({ ok }) => ok) ?? outcomes.find((one) => !one.ok && one.reason === "key_expired");
  return better ?? outcomes[0] ?? refuse("key_missing", "webhook_id is not configured");
}

interface WebhookId {
  readonly text: string;
  /** Of the secret that holds it. */
  readonly name?: string;
  readonly notAfterMs?: number | undefined;
}

function webhookIds({ settings, keys }: SchemeContext): readonly WebhookId[] {
  const setting = settings.get("webhookid");
  if (setting !== undefined) return [{ text: setting }];
  return keys
    .filter(({ secret }) => !secret.includes("-----BEGIN "))
    .map(({ name, notAfterMs, secret }) => ({ name, notAfterMs, text: secret }));
}

function isPayPalUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, port, username } = new URL(text);
  return (
    protocol === "https:" &&
    port === "" &&
    username === "" &&
    (hostname === "paypal.com" || hostname.endsWith(".paypal.com"))
  );
}
