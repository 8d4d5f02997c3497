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

function withDecimalWeights(view: RequestView): Buffer | undefined {
  // As latin1 every byte is one character, so that a body that is not UTF-8 stays what it is.
  const text = Buffer.from(view.request.rawBody).toString("latin1");
  const rewritten = text.replaceAll(/("weight":\s*)(\d+)(\s*)(?=[,}])/g, "$1$2.0");
  return rewritten === text ? undefined : Buffer.from(rewritten, "latin1");
}
