/**
 * PayPal signs `transmission id|time|webhook id|CRC-32 of the body` with a certificate that the request names:
 * https://developer.paypal.com/api/rest/webhooks/rest/
 */
import { verify } from "node:crypto";
import { refuse, type CheckOutcome, type CompiledScheme, type SchemeContext } from "../compiled-scheme.ts";
import { decodeStrict } from "../encoding.ts";
import type { RequestView } from "../request-view.ts";
import { certificates, type Certificate } from "./certificates.ts";
import { crc32 } from "./crc32.ts";

export function paypal(context: SchemeContext): CompiledScheme {
  const certificateAt = certificates(context, isPayPalUrl);
  const pasted = context.keys.find(({ secret }) => !secret.includes("-----BEGIN "))?.secret;
  const webhookId = context.settings.get("webhookid") ?? pasted;
  return {
    label: "rsa-sha256 certificate, header PAYPAL-TRANSMISSION-SIG",
    signatureHeaders: ["paypal-transmission-sig"],
    covers: (source) => /^(json:|header:PAYPAL-TRANSMISSION-(ID|TIME)$)/i.test(source),
    check: (view, nowMs) => {
      if (webhookId === undefined) return refuse("key_missing", "webhook_id is not configured");
      const parts = readHeaders(view);
      if ("ok" in parts) return parts;
      const certificate = certificateAt(parts.certUrl, nowMs);
      if (certificate instanceof Promise)
        return certificate.then((fetched) => checkParts(parts, fetched, webhookId, view));
      return checkParts(parts, certificate, webhookId, view);
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

function checkParts(parts: Parts, certificate: Certificate, webhookId: string, view: RequestView): CheckOutcome {
  if (!("key" in certificate)) return certificate;
  const message = `${parts.id}|${parts.time}|${webhookId}|${crc32(view.request.rawBody)}`;
  const matches = verify("sha256", Buffer.from(message, "utf8"), certificate.key, parts.signature);
  if (matches) return { ok: true, keyName: certificate.name };
  return refuse("signature_mismatch", "the certificate did not make the signature over this body and webhook_id");
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
