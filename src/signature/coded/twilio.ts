/**
 * Twilio signs the URL and the sorted form fields, or, for JSON, the URL that holds the body's hash in `bodySHA256`:
 * https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { refuse, type Refusal } from "../compiled-scheme.ts";
import { decodeStrict } from "../encoding.ts";
import { queryOf, type RequestView } from "../request-view.ts";
import type { SignedRequest } from "../request.ts";
import { MAX_UNVERIFIED_BYTES } from "../sent-text.ts";
import type { CodedMac } from "./coded-mac.ts";

export function twilio(): CodedMac {
  return {
    spec: {
      kind: "mac",
      alg: "hmac-sha1",
      signature: { header: "X-Twilio-Signature", encoding: "base64" },
      content: "{url}{body:twilio}",
      readings: ["{url:other-port}{body:twilio}", "{url:escaped}{body:twilio}"],
    },
    own: {
      "body:twilio": (view) => (view.query("bodySHA256") === undefined ? view.sortedForm(MAX_UNVERIFIED_BYTES) : ""),
      "url:other-port": ({ request }) => withOtherPort(request.url),
      "url:escaped": ({ request }) => escaped(request.url),
    },
    before: bodyHashFault,
    prepare: withBodyHash,
  };
}

/** A sender of anything but a form puts the hash of the body into the URL. */
function withBodyHash(request: SignedRequest): SignedRequest {
  const isForm = request.headers.some(
    ([name, value]) => /^content-type$/i.test(name) && /x-www-form-urlencoded/i.test(value),
  );
  if (isForm || request.rawBody.length === 0) return request;
  const hash = createHash("sha256").update(request.rawBody).digest("hex");
  return { ...request, url: `${request.url}${queryOf(request.url) === "" ? "?" : "&"}bodySHA256=${hash}` };
}

function bodyHashFault(view: RequestView): Refusal | undefined {
  const text = view.query("bodySHA256");
  if (text === undefined) return undefined;
  const claimed = decodeStrict(text, "hex");
  const actual = createHash("sha256").update(view.request.rawBody).digest();
  if (claimed?.length === actual.length && timingSafeEqual(claimed, actual)) return undefined;
  return refuse("signature_mismatch", "bodySHA256 in the URL is not the SHA-256 of the body");
}

const AUTHORITY = /^(https?):\/\/((?:[^@/?#]*@)?(?:\[[^\]]*\]|[^:/?#]*))(:\d+)?/i;

/** The URL with its standard port written out, or without the port it has: senders and proxies differ. */
function withOtherPort(url: string): string | undefined {
  const match = AUTHORITY.exec(url);
  if (match === null) return undefined;
  const [whole, scheme = "", host = "", port] = match;
  const standard = scheme.toLowerCase() === "https" ? ":443" : ":80";
  return `${scheme}://${host}${port === undefined ? standard : ""}${url.slice(whole.length)}`;
}

/** The URL as a URL parser writes it, where that is another text. */
function escaped(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const text = new URL(url).toString();
  return text === url ? undefined : text;
}
