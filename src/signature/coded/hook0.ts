/**
 * Hook0, and Coinbase CDP which sends through it: `t=…,v0=…,h=names of headers,v1=…`. v0 covers time and body; v1, which
 * some deliveries have alone, also the names of headers, with spaces between, and their values, with dots between:
 * https://docs.cdp.coinbase.com/webhooks/verify-signatures
 */
import { refuse, type Refusal, type SchemeContext } from "../compiled-scheme.ts";
import type { ContentParts } from "../content-template.ts";
import type { RequestView } from "../request-view.ts";
import { signaturePart } from "../signature-place.ts";
import type { CodedMac } from "./coded-mac.ts";

const MAX_HEADERS = 32;

export function hook0({ tolerance = 300 }: SchemeContext): CodedMac {
  return {
    spec: {
      kind: "mac",
      alg: "hmac-sha256",
      signature: { header: "X-Hook0-Signature", split: ",", key: "v0", encoding: "hex" },
      content: "{timestamp}.{body}",
      timestamp: { from: "sig:t", unit: "s", tolerance },
      any: [{ signature: { key: "v1" }, content: "{timestamp}.{sig:h}.{hook0:values}.{body}" }],
    },
    own: { "hook0:values": headerValues },
    before: bodyFault,
  };
}

/** What v1 signs behind the time, up to where the values of the headers begin. */
const NAMES = /^[\w-]+(?: [\w-]+)*\./;
/** More than the names of so many headers take. */
const MAX_NAMES_LENGTH = 4096;

/**
 * What v1 signs is a time, a dot and a text, and so is what v0 signs: names and values of headers in front of a body would be
 * a body that v0 takes. Events are JSON.
 */
function bodyFault(view: RequestView): Refusal | undefined {
  const isV0 = view.header("x-hook0-signature")?.includes("v0=") === true;
  if (!isV0) return undefined;
  const start = Buffer.from(view.request.rawBody.subarray(0, MAX_NAMES_LENGTH)).toString("latin1");
  return NAMES.test(start) ? refuse("signature_malformed", "the body has the form of what v1 signs") : undefined;
}

/** The values of the headers that are named; absent when one of them is. */
function headerValues(view: RequestView, { placed }: ContentParts): string | undefined {
  const names = signaturePart(placed, "h")?.split(" ", MAX_HEADERS + 1) ?? [];
  if (names.length > MAX_HEADERS) return undefined;
  const values = names.map((name) => view.header(name.toLowerCase()));
  return values.every((value) => value !== undefined) ? values.join(".") : undefined;
}
