/**
 * Cloudinary: a plain hash over body, timestamp and secret, SHA-1 or, where the account is switched to it, SHA-256. The
 * length of the signature tells which: https://cloudinary.com/documentation/notifications
 */
import type { CompiledScheme, SchemeContext } from "../compiled-scheme.ts";
import { compileMac } from "../mac-scheme.ts";
import type { MacSpec } from "../scheme-spec.ts";
import type { CodedMac } from "./coded-mac.ts";

function spec(alg: "sha1" | "sha256", tolerance: number): MacSpec {
  return {
    kind: "mac",
    alg,
    signature: { header: "X-Cld-Signature", encoding: "hex" },
    content: "{body}{timestamp}{secret}",
    timestamp: { from: "header:X-Cld-Timestamp", unit: "s", tolerance },
  };
}

/** How an account that is not switched signs. */
export function cloudinarySha1({ tolerance = 7200 }: SchemeContext): CodedMac {
  return { spec: spec("sha1", tolerance) };
}

export function cloudinary({ settings, keys, tolerance = 7200 }: SchemeContext): CompiledScheme {
  const sha1 = compileMac(spec("sha1", tolerance), settings, keys);
  const sha256 = compileMac(spec("sha256", tolerance), settings, keys);
  return {
    ...sha1,
    label: "sha1 or sha256 of body, timestamp and secret, header X-Cld-Signature",
    check: (view, nowMs) => (view.header("x-cld-signature")?.length === 64 ? sha256 : sha1).check(view, nowMs),
  };
}
