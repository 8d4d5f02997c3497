/** A request's body as it is shown: text where it is text, the start in hexadecimal, and the payload as flows see it. */
import { isUtf8 } from "node:buffer";
import { parseJson, stringifyJson, type JsonValue } from "../../base/index.ts";
import { headerOf, type HeaderList } from "../../event/index.ts";
import { decodeContent, decodePayload } from "../../payload/index.ts";
import type { ShownBody } from "../contract/index.ts";
import { maskPayload, type MaskRules } from "../masking.ts";

/** Payloads larger than this are not decoded to be shown. */
const MAX_DECODED_BYTES = 8 * 1024 * 1024;
const MAX_TEXT = 512 * 1024;
const MAX_HEX_BYTES = 16 * 1024;

export async function shownBody(headers: HeaderList, rawBody: Uint8Array, { paths }: MaskRules): Promise<ShownBody> {
  const contentType = headerOf(headers, "content-type") ?? null;
  const contentEncoding = headerOf(headers, "content-encoding") ?? null;
  const decoded = decodedOrNothing(rawBody, contentEncoding);
  const { payload, masked } = maskPayload(await payloadOf(headers, rawBody), paths);
  const kind = kindOf(contentType, decoded ?? rawBody);
  // What is masked in the payload must not be read in its text or its bytes.
  const text = masked.length > 0 ? stringifyJson(payload, 2) : textOf(decoded);
  return {
    bytes: rawBody.length,
    content_type: contentType,
    content_encoding: contentEncoding,
    kind,
    text: text?.slice(0, MAX_TEXT) ?? null,
    hex: masked.length > 0 ? null : Buffer.from(rawBody.subarray(0, MAX_HEX_BYTES)).toString("hex"),
    payload,
    masked_paths: [...masked],
    truncated: (text?.length ?? 0) > MAX_TEXT,
  };
}

function decodedOrNothing(rawBody: Uint8Array, encoding: string | null): Uint8Array | undefined {
  if (encoding === null) return rawBody;
  try {
    return decodeContent(rawBody, encoding, MAX_DECODED_BYTES);
  } catch {
    return undefined;
  }
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined || bytes.includes(0) || !isUtf8(bytes) ? undefined : Buffer.from(bytes).toString("utf8");
}

/** The decoded payload; null when there is none or it is too big. */
export async function payloadOf(headers: HeaderList, rawBody: Uint8Array): Promise<JsonValue> {
  if (rawBody.length === 0 || rawBody.length > MAX_DECODED_BYTES) return null;
  try {
    return parseJson(await decodePayload(headers, rawBody, MAX_DECODED_BYTES));
  } catch {
    return null;
  }
}

function kindOf(contentType: string | null, bytes: Uint8Array): ShownBody["kind"] {
  if (bytes.length === 0) return "empty";
  const type = (contentType ?? "").toLowerCase();
  if (type.includes("json")) return "json";
  if (type.includes("x-www-form-urlencoded")) return "form";
  if (type.includes("multipart/")) return "multipart";
  if (type.includes("xml")) return "xml";
  return textOf(bytes) === undefined ? "binary" : "text";
}
