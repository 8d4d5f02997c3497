/**
 * Braintree signs the form field `bt_payload` with HMAC-SHA1, keyed with the SHA-1 of the private key; `bt_signature` is
 * a list `public key|signature&…`: https://developer.paypal.com/braintree/docs/guides/webhooks/parse/node
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { isExpired, refuse, type CheckOutcome, type CompiledScheme, type SchemeContext } from "../compiled-scheme.ts";
import { decodeStrict } from "../encoding.ts";
import { refuseUnmatched } from "../mac-scheme.ts";
import type { RequestView } from "../request-view.ts";
import { MAX_CANDIDATES } from "../signature-place.ts";

/** What `bt_challenge` may be. */
export const CHALLENGE = /^[a-f0-9]{20,32}$/;

interface Key {
  readonly name: string;
  readonly notAfterMs: number | undefined;
  readonly digest: Buffer;
}

export function braintree({ keys, settings }: SchemeContext): CompiledScheme {
  const compiled = keys.map(({ name, notAfterMs, secret }): Key => ({
    name,
    notAfterMs,
    digest: braintreeKey(secret),
  }));
  const publicKey = settings.get("publickey");
  return {
    label: "hmac-sha1, form field bt_signature",
    signatureHeaders: [],
    covers: (source) => source === "form:bt_payload",
    eventType: (view) => kindOf(view),
    check: (view, nowMs) => {
      const payload = view.form("bt_payload");
      const list = view.form("bt_signature");
      if (payload === undefined || list === undefined)
        return refuse("signature_missing", "the form has no bt_signature or no bt_payload");
      if (!/^[A-Za-z0-9+=/\n]+$/.test(payload)) return refuse("signature_malformed", "bt_payload is not base64");
      // The answer to a challenge is made with the same key: it must be no signature of a notification.
      if (CHALLENGE.test(payload)) return refuse("signature_malformed", "bt_payload has the form of a challenge");
      return checkPairs(list, publicKey, payload, compiled, nowMs);
    },
  };
}

/** The key of Braintree's MACs: the digest of the private key. */
export function braintreeKey(privateKey: string): Buffer {
  return createHash("sha1").update(privateKey).digest();
}

function checkPairs(
  list: string,
  publicKey: string | undefined,
  payload: string,
  keys: readonly Key[],
  nowMs: number,
): CheckOutcome {
  const pairs = list.split("&", MAX_CANDIDATES + 1).map((pair) => pair.split("|", 3));
  if (pairs.length > MAX_CANDIDATES)
    return refuse("too_many_signatures", `bt_signature holds more than ${MAX_CANDIDATES} pairs`);
  const ours = pairs.filter(([name]) => publicKey === undefined || name === publicKey);
  if (ours.length === 0) return refuse("signature_version", "no signature for the configured public key");
  const candidates = ours
    .flatMap(([, signature = ""]) => decodeStrict(signature, "hex") ?? [])
    .filter((bytes) => bytes.length === 20);
  if (candidates.length === 0) return refuse("signature_malformed", "bt_signature holds no whole signature in hex");
  let expired: string | undefined;
  for (const key of keys) {
    // The vendor's own code also accepts the payload with a line break behind it.
    const fits = [payload, `${payload}\n`].some((text) => {
      const expected = createHmac("sha1", key.digest).update(text).digest();
      return candidates.some((candidate) => timingSafeEqual(candidate, expected));
    });
    if (!fits) continue;
    if (!isExpired(key, nowMs)) return { ok: true, keyName: key.name };
    expired = key.name;
  }
  return refuseUnmatched(keys.length, expired);
}

/** The notification is XML in base64; only its kind is read. */
function kindOf(view: RequestView): string | undefined {
  const xml = Buffer.from(view.form("bt_payload") ?? "", "base64").toString("utf8");
  return /<kind>([\w-]{1,100})<\/kind>/.exec(xml)?.[1];
}
