/**
 * Hygraph signs a JSON text that holds the body as a string: https://hygraph.com/docs/api-reference/basics/webhooks
 * The header is `sign=…, env=…, t=…`.
 */
import type { CompiledScheme, SchemeContext } from "../compiled-scheme.ts";
import { compileMac } from "../mac-scheme.ts";

export function hygraph({ settings, keys, tolerance }: SchemeContext): CompiledScheme {
  return compileMac(
    {
      kind: "mac",
      alg: "hmac-sha256",
      signature: { header: "gcms-signature", split: ",", key: "sign", encoding: "base64" },
      content: "{body:hygraph}",
      timestamp: { from: "sig:t", unit: "ms", ...(tolerance !== undefined && { tolerance }) },
    },
    settings,
    keys,
    {
      "body:hygraph": (view, { sig, timestamp = "" }) => {
        const EnvironmentName = sig("env");
        if (EnvironmentName === undefined || !/^\d{1,15}$/.test(timestamp)) return undefined;
        const Body = Buffer.from(view.request.rawBody).toString("utf8");
        return JSON.stringify({ Body, EnvironmentName, TimeStamp: Number(timestamp) });
      },
    },
  );
}
