/**
 * Adyen's payment webhooks sign eight fields of every item, not the body:
 * https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures
 */
import { createHmac, timingSafeEqual, type KeyObject } from "node:crypto";
import { isExpired, refuse, type CheckOutcome, type CompiledScheme, type SchemeContext } from "../compiled-scheme.ts";
import { decodeStrict } from "../encoding.ts";
import { isRecord } from "../jws.ts";
import { secretKey } from "../key-material.ts";
import { refuseUnmatched } from "../mac-scheme.ts";
import type { RequestView } from "../request-view.ts";

type Item = Readonly<Record<string, unknown>>;
interface Key {
  readonly name: string;
  readonly notAfterMs: number | undefined;
  readonly key: KeyObject;
}

/** Adyen batches few items. */
const MAX_ITEMS = 50;
const COVERED =
  /^json:notificationItems\[\]\.NotificationRequestItem\.(pspReference|originalReference|merchantReference|eventCode|success)$/;

export function adyen({ keys }: SchemeContext): CompiledScheme {
  const compiled = keys.map(({ name, notAfterMs, secret }): Key => ({
    name,
    notAfterMs,
    key: secretKey(secret, { encoding: "hex" }),
  }));
  return {
    label: "hmac-sha256, body field additionalData.hmacSignature",
    signatureHeaders: [],
    covers: (source) => COVERED.test(source),
    check: (view, nowMs) => {
      const items = itemsOf(view);
      return items === undefined ? ODD_ENTRY : checkItems(items, compiled, nowMs);
    },
  };
}

const ODD_ENTRY = refuse("signature_malformed", "an entry of notificationItems is no NotificationRequestItem");

/** `undefined` when one of the entries is none: nothing of it would be signed. */
function itemsOf(view: RequestView): readonly Item[] | undefined {
  const body = view.json();
  const list = isRecord(body) ? body["notificationItems"] : undefined;
  if (!Array.isArray(list)) return [];
  const items = list.map((entry: unknown) => (isRecord(entry) ? entry["NotificationRequestItem"] : undefined));
  return items.every(isRecord) ? items : undefined;
}

/** Every item has to be signed, all by the same key. */
function checkItems(items: readonly Item[], keys: readonly Key[], nowMs: number): CheckOutcome {
  if (items.length === 0) return refuse("signature_missing", "the body has no notificationItems");
  if (items.length > MAX_ITEMS) return refuse("too_many_signatures", `more than ${MAX_ITEMS} items`);
  const signatures: Buffer[] = [];
  for (const item of items) {
    const text = isRecord(item["additionalData"]) ? item["additionalData"]["hmacSignature"] : undefined;
    if (typeof text !== "string") return refuse("signature_missing", "an item has no additionalData.hmacSignature");
    const bytes = decodeStrict(text, "base64");
    if (bytes?.length !== 32) return refuse("signature_malformed", "hmacSignature is not a whole signature in base64");
    signatures.push(bytes);
    if (fieldsOf(item).some((value) => typeof value === "object" && value !== null))
      return refuse("signature_malformed", "a signed field of an item is a list or an object");
  }
  let expired: string | undefined;
  for (const key of keys) {
    if (!items.every((item, index) => matches(item, signatures[index], key.key))) continue;
    if (!isExpired(key, nowMs)) return { ok: true, keyName: key.name };
    expired = key.name;
  }
  return refuseUnmatched(keys.length, expired);
}

function matches(item: Item, signature: Buffer | undefined, key: KeyObject): boolean {
  const expected = createHmac("sha256", key).update(signedText(item)).digest();
  return signature !== undefined && timingSafeEqual(expected, signature);
}

/** What is signed. A list or an object has no place in it: it would count as nothing, and could be put there unnoticed. */
function fieldsOf(item: Item): readonly unknown[] {
  const amount = isRecord(item["amount"]) ? item["amount"] : {};
  return [
    item["pspReference"],
    item["originalReference"],
    item["merchantAccountCode"],
    item["merchantReference"],
    amount["value"],
    amount["currency"],
    item["eventCode"],
    item["success"],
  ];
}

function signedText(item: Item): string {
  return fieldsOf(item)
    .map((value) =>
      typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "",
    )
    .join(":");
}
