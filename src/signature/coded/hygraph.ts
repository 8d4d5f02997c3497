/**
 * Hygraph signs a JSON text that holds the body as a string: https://hygraph.com/docs/api-reference/basics/webhooks
 * The header is `sign=…, env=…, t=…`.
 */
import type { SchemeContext } from "../compiled-scheme.ts";
import { signaturePart } from "../signature-place.ts";
import type { CodedMac } from "./coded-mac.ts";

/** No JSON holds them as they are (RFC 8259 section 7); written into a string, each takes six characters. */
// oxlint-disable-next-line no-control-regex
const NOT_IN_JSON = /[\0-\x08\x0b\x0c\x0e-\x1f]/;

/** A BOM stays: it would be part of what was signed. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What Hygraph can have signed: a text that it sent as UTF-8. In place of other bytes a string would hold three each. */
function sentText(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes);
    return NOT_IN_JSON.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

export function hygraph({ tolerance }: SchemeContext): CodedMac {
  return {
    spec: {
      kind: "mac",
      alg: "hmac-sha256",
      signature: { header: "gcms-signature", split: ",", key: "sign", encoding: "base64" },
      content: "{body:hygraph}",
      timestamp: { from: "sig:t", unit: "ms", ...(tolerance !== undefined && { tolerance }) },
    },
    own: {
      "body:hygraph": (view, { placed, timestamp = "" }) => {
        const EnvironmentName = signaturePart(placed, "env");
        if (EnvironmentName === undefined || !/^\d{1,15}$/.test(timestamp)) return undefined;
        const Body = sentText(view.request.rawBody);
        if (Body === undefined) return undefined;
        return JSON.stringify({ Body, EnvironmentName, TimeStamp: Number(timestamp) });
      },
    },
    parts: ["env=master"],
  };
}
