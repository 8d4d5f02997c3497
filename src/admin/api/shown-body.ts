/**
 * A request's body as it is shown: text where it is text, the start in hexadecimal, and the payload as flows see it.
 *
 * Invariant: what is masked is shown in no form. A body that cannot be looked through (too large, cut off, no JSON) and
 * may hold a masked field is not shown at all.
 */
import { isUtf8 } from "node:buffer";
import { parseJson, parseJsonPath, stringifyJson, type JsonValue } from "../../base/index.ts";
import { headerOf, listHeaderOf, type HeaderList } from "../../event/index.ts";
import { decodeContent, decodePayload } from "../../payload/index.ts";
import type { ShownBody } from "../contract/index.ts";
import { maskPayload, type MaskRules } from "../masking.ts";
import { hasRepeatedNames } from "./repeated-names.ts";
import { isTooHeavy } from "./shown-runs.ts";

/** Payloads larger than this are not decoded to be shown. */
const MAX_DECODED_BYTES = 8 * 1024 * 1024;
const MAX_TEXT = 512 * 1024;
const MAX_HEX_BYTES = 16 * 1024;

export interface ReadBody {
  readonly body: ShownBody;
  /** With nothing masked; undefined: it may have masked fields and cannot be read. */
  readonly payload: JsonValue | undefined;
  /** Of the payload as JSON. */
  readonly payloadChars: number;
}

/** The body as it is shown, and the payload of which what else is shown may repeat masked values. */
export async function readBody(headers: HeaderList, rawBody: Uint8Array, { paths }: MaskRules): Promise<ReadBody> {
  const contentType = headerOf(headers, "content-type") ?? null;
  const contentEncoding = listHeaderOf(headers, "content-encoding") ?? null;
  const decoded = decodedOrNothing(rawBody, contentEncoding);
  const known = await knownPayload(headers, rawBody);
  const { payload, masked } = maskPayload(known?.value ?? null, paths);
  const held = masked.length > 0 ? [] : paths.filter((path) => mayHold(decoded, path));
  const isUnread = known === undefined && held.length > 0;
  // Of a name that comes twice the payload has the last value, the text both.
  const isRewritten = held.length > 0 && known !== undefined && hasRepeatedNames(known.json, known.value);
  const kind = kindOf(contentType, decoded ?? rawBody);
  // What is masked in the payload must not be read in its text or its bytes.
  const text = isUnread ? undefined : masked.length > 0 || isRewritten ? stringifyJson(payload, 2) : startOf(decoded);
  const hidden = isUnread || isRewritten ? held : masked;
  const body: ShownBody = {
    bytes: rawBody.length,
    content_type: contentType,
    content_encoding: contentEncoding,
    kind,
    text: text?.slice(0, MAX_TEXT) ?? null,
    hex: hidden.length > 0 ? null : Buffer.from(rawBody.subarray(0, MAX_HEX_BYTES)).toString("hex"),
    payload,
    masked_paths: [...hidden],
    truncated: (text?.length ?? 0) > MAX_TEXT,
  };
  return { body, payload: isUnread ? undefined : (known?.value ?? null), payloadChars: known?.json.length ?? 0 };
}

/**
 * The payload of which something else may repeat masked values, as `readBody` tells it.
 * @param maxBytes of a body, also unpacked: more than that is not looked at
 */
export async function maskablePayload(
  headers: HeaderList,
  rawBody: Uint8Array,
  { paths }: MaskRules,
  maxBytes = MAX_DECODED_BYTES,
): Promise<JsonValue | undefined> {
  if (paths.length === 0) return null;
  const known = await knownPayload(headers, rawBody, maxBytes);
  if (known !== undefined) return known.value;
  const decoded = decodedOrNothing(rawBody, listHeaderOf(headers, "content-encoding") ?? null, maxBytes);
  return paths.some((path) => mayHold(decoded, path)) ? undefined : null;
}

function decodedOrNothing(
  rawBody: Uint8Array,
  encoding: string | null,
  maxBytes = MAX_DECODED_BYTES,
): Uint8Array | undefined {
  if (encoding === null) return rawBody;
  try {
    return decodeContent(rawBody, encoding, maxBytes);
  } catch {
    return undefined;
  }
}

/** Bytes that are sure to hold more than so many UTF-16 units: three of them make one at least. */
const MORE_BYTES_THAN_SHOWN = 3 * MAX_TEXT + 3;

/** Of bytes that are text, what is shown and a little more; all of a large body would take the thread a second. */
function startOf(bytes: Uint8Array | undefined): string | undefined {
  if (!isText(bytes)) return undefined;
  // As of a stream: a character that is cut off at the end is left out.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, MORE_BYTES_THAN_SHOWN), {
    stream: true,
  });
}

function isText(bytes: Uint8Array | undefined): bytes is Uint8Array {
  return bytes !== undefined && !bytes.includes(0) && isUtf8(bytes);
}

/** The decoded payload; null when there is none, it is too big, or it is not what the headers claim. */
export async function payloadOf(headers: HeaderList, rawBody: Uint8Array): Promise<JsonValue> {
  return (await knownPayload(headers, rawBody))?.value ?? null;
}

interface KnownPayload {
  /** As it came, where it came as JSON. */
  readonly json: string;
  readonly value: JsonValue;
}

async function knownPayload(
  headers: HeaderList,
  rawBody: Uint8Array,
  maxBytes = MAX_DECODED_BYTES,
): Promise<KnownPayload | undefined> {
  if (rawBody.length === 0) return { json: "null", value: null };
  if (rawBody.length > maxBytes) return undefined;
  try {
    const json = await decodePayload(headers, rawBody, maxBytes);
    if (isTooHeavy(json)) return undefined;
    return { json, value: parseJson(json) };
  } catch {
    return undefined;
  }
}

/** Whether bytes may hold a field: they have its name in them. What could not be unpacked, or is no text, may hold any. */
function mayHold(bytes: Uint8Array | undefined, path: string): boolean {
  const name = parseJsonPath(path)?.findLast((step) => step !== "*");
  // A name with other characters can be written with escapes.
  const isPlainName = name !== undefined && /^[\w $-]+$/.test(name);
  return (
    bytes === undefined ||
    bytes.includes(0) ||
    !isPlainName ||
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(name)
  );
}

function kindOf(contentType: string | null, bytes: Uint8Array): ShownBody["kind"] {
  if (bytes.length === 0) return "empty";
  const type = (contentType ?? "").toLowerCase();
  if (type.includes("json")) return "json";
  if (type.includes("x-www-form-urlencoded")) return "form";
  if (type.includes("multipart/")) return "multipart";
  if (type.includes("xml")) return "xml";
  return isText(bytes) ? "text" : "binary";
}
