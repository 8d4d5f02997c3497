/**
 * EasyPost signs whole weights with a decimal (`"weight":10.0`) where the body it sends may have none:
 * https://docs.easypost.com/guides/webhooks-guide
 */
import type { RequestView } from "../request-view.ts";
import type { CodedMac } from "./coded-mac.ts";

export function easypost(): CodedMac {
  return {
    spec: {
      kind: "mac",
      alg: "hmac-sha256",
      signature: { header: "X-Hmac-Signature", prefix: "hmac-sha256-hex=", encoding: "hex" },
      content: "{body}",
      readings: ["{body:weights}"],
      secret: { encoding: "utf8", normalize: "NFKD" },
    },
    own: { "body:weights": withDecimalWeights },
  };
}

/** More than any event has; each costs half a microsecond, before anything is verified. */
const MAX_WEIGHTS = 50_000;
const WEIGHT = '"weight":';
const WHOLE_WEIGHT = /("weight":\s{0,64})(\d{1,15})(\s{0,64})(?=[,}])/g;

function withDecimalWeights(view: RequestView): Buffer | undefined {
  // As latin1 every byte is one character, so that a body that is not UTF-8 stays what it is.
  const text = Buffer.from(view.request.rawBody).toString("latin1");
  let weights = 0;
  for (let at = text.indexOf(WEIGHT); at >= 0; at = text.indexOf(WEIGHT, at + WEIGHT.length)) {
    if (++weights > MAX_WEIGHTS) return undefined;
  }
  const rewritten = text.replaceAll(WHOLE_WEIGHT, "$1$2.0");
  return rewritten === text ? undefined : Buffer.from(rewritten, "latin1");
}
