/**
 * What a flow sees as `event.payload`: the parsed JSON, the form's object, the text, or a description of the bytes.
 * It is returned as JSON text, so that numbers keep the form in which they were sent. A text, form or multipart body that
 * is none (a byte that its charset does not have, a boundary that never comes), or that has more fields than are read, is
 * described as bytes: it is stored and acknowledged by then, and the flow can still do something with it.
 */
import { isUtf8 } from "node:buffer";
import { setImmediate } from "node:timers/promises";
import { stringifyJson } from "../base/index.ts";
import { headerOf, listHeaderOf, type HeaderList } from "../event/index.ts";
import { decodeContent, NoRoom, useDecoded, type ByteRoom } from "./content-encoding.ts";
import { readContentType, type ContentType } from "./content-type.ts";
import { decodeForm } from "./form.ts";
import { decodeMultipart } from "./multipart.ts";
import { isJson, JsonCheck, MAX_JSON_DEPTH, nestsTooDeep } from "./json-check.ts";
import { isPlainJson } from "./json-scan.ts";
import { PayloadFault, type PayloadFaultCode } from "./payload-fault.ts";

/**
 * Decodes a raw body into the JSON text of its payload; `maxBytes` caps the decoded size. `isChecked`: the body is
 * known to be the JSON that it claims to be (ingress checks that before it stores an event).
 * @throws PayloadFault when the body is not what its headers claim.
 */
export function decodePayload(
  headers: HeaderList,
  rawBody: Uint8Array,
  maxBytes: number,
  { isChecked = false }: { readonly isChecked?: boolean } = {},
): string | Promise<string> {
  const body = decodeContent(rawBody, listHeaderOf(headers, "content-encoding"), maxBytes);
  const contentTypeHeader = headerOf(headers, "content-type");
  const type = readContentType(contentTypeHeader);
  if (body.length === 0) return "null";
  switch (type.kind) {
    case "json":
      return isChecked ? textOf(body, type) : jsonText(textOf(body, type));
    case "form":
      return textOrBytes(body, type, (text) => formOf(body, text, type) ?? bytesJson(body, type.mediaType));
    case "multipart":
      return decodeMultipart(body, contentTypeHeader ?? "", maxBytes).then(
        (fields) => stringifyJson(fields),
        (fault: unknown) => bytesUnless(fault, "invalid_multipart", body, type),
      );
    case "text":
      return textOrBytes(body, withDeclaredCharset(body, type), (text) => JSON.stringify(text));
    case "binary":
      return bytesJson(body, type.mediaType);
    case "unknown":
      return guessed(body);
    default:
      return type.kind satisfies never;
  }
}

const TOO_DEEP = `the body's JSON nests more than ${MAX_JSON_DEPTH} levels deep`;

/** More is decoded piece by piece: this much takes the acknowledging thread 0.3 to 1.7 ms (measured; four times as much, 1 to 7). */
const AT_ONCE_BYTES = 64 * 1024;
/** Of a large body, what is checked between other requests: 0.2 to 0.6 ms (measured). */
const SLICE_BYTES = 128 * 1024;

export interface CheckLimits {
  /** Of the decoded body. */
  readonly maxBytes: number;
  readonly room: ByteRoom;
  /** What `room` could give at most, if nobody else had any of it. */
  readonly roomBytes: number;
}

/**
 * Checks a body that claims JSON, without making anything of it: what ingress must know before it answers. Undefined:
 * it is checked already. A large body is decoded and checked without keeping the thread; what is decoded stays within
 * `room`.
 * @throws PayloadFault when it claims JSON and is none, or cannot be decoded; NoRoom (by the promise) when `room` has none.
 */
export function checkClaimedJson(
  headers: HeaderList,
  rawBody: Uint8Array,
  limits: CheckLimits,
): Promise<void> | undefined {
  const encoding = listHeaderOf(headers, "content-encoding");
  const type = readContentType(headerOf(headers, "content-type"));
  const small = encoding === undefined ? rawBody : decodedAtOnce(rawBody, encoding, limits.maxBytes);
  if (small === undefined)
    return useDecoded(rawBody, encoding, limits, (body) => {
      const left = limits.roomBytes - body.length;
      return checkDecoded(type, body, { ...limits, roomBytes: left });
    });
  return checkDecoded(type, small, limits);
}

/** Undefined when it is too large to be decoded in one go. */
function decodedAtOnce(rawBody: Uint8Array, encoding: string, maxBytes: number): Uint8Array | undefined {
  if (rawBody.length > AT_ONCE_BYTES) return undefined;
  try {
    return decodeContent(rawBody, encoding, Math.min(AT_ONCE_BYTES, maxBytes));
  } catch (fault) {
    const isLarge = fault instanceof PayloadFault && fault.code === "decoded_too_large" && maxBytes > AT_ONCE_BYTES;
    if (isLarge) return undefined;
    throw fault;
  }
}

function checkDecoded(type: ContentType, body: Uint8Array, limits: CheckLimits): Promise<void> | undefined {
  if (type.kind !== "json" || body.length === 0) return undefined;
  if (isInUtf8(type)) return checkUtf8(body);
  if (body.length <= SLICE_BYTES) return checkUtf8(Buffer.from(textOf(body, type)));
  return checkLarge(body, type, limits);
}

/** A large body of another charset: its text in UTF-8 takes room as it grows, as what is decoded does. */
async function checkLarge(body: Uint8Array, type: ContentType, { room, roomBytes }: CheckLimits): Promise<void> {
  let taken = 0;
  const grow = (bytes: number): void => {
    // Later there would be no room for it either.
    if (taken + bytes > roomBytes)
      throw new PayloadFault("decoded_too_large", `the body takes more than ${roomBytes} bytes in UTF-8`);
    if (!room.take(bytes)) throw new NoRoom();
    taken += bytes;
  };
  try {
    await checkUtf8(await inUtf8(body, type, grow));
  } finally {
    room.give(taken);
  }
}

/** Slice by slice: a text of 25 MiB takes a decoder 100 to 240 ms (measured). */
async function inUtf8(body: Uint8Array, type: ContentType, grow: (bytes: number) => void): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  const add = (text: string): void => {
    const piece = Buffer.from(text);
    grow(piece.length);
    pieces.push(piece);
  };
  try {
    const decoder = new TextDecoder(type.charset, { fatal: true });
    for (let at = 0; at < body.length; at += SLICE_BYTES) {
      add(decoder.decode(body.subarray(at, at + SLICE_BYTES), { stream: true }));
      await setImmediate();
    }
    add(decoder.decode());
  } catch (cause) {
    throw cause instanceof NoRoom || cause instanceof PayloadFault ? cause : unreadable(type);
  }
  return Buffer.concat(pieces);
}

function checkUtf8(bytes: Uint8Array): Promise<void> | undefined {
  if (isPlainJson(bytes)) return undefined;
  const check = new JsonCheck(bytes);
  const faultAt = check.advance(SLICE_BYTES);
  if (faultAt === undefined) return checkRest(check, bytes);
  concludeCheck(check, faultAt, bytes);
  return undefined;
}

/** Goes on slice by slice; between two of them the thread sees to whatever else has arrived. */
async function checkRest(check: JsonCheck, bytes: Uint8Array): Promise<void> {
  let faultAt: number | undefined;
  while (faultAt === undefined) {
    await setImmediate();
    faultAt = check.advance(SLICE_BYTES);
  }
  concludeCheck(check, faultAt, bytes);
}

function concludeCheck(check: JsonCheck, faultAt: number, bytes: Uint8Array): void {
  if (faultAt === -1) return;
  if (!isUtf8(bytes)) throw new PayloadFault("invalid_text", "the body is not valid UTF-8");
  if (check.isTooDeep) throw new PayloadFault("invalid_json", `${TOO_DEEP}, at byte ${faultAt} of ${bytes.length}`);
  throw new PayloadFault("invalid_json", `the body stops being JSON at byte ${faultAt} of ${bytes.length}`);
}

function isInUtf8({ charset = "utf-8" }: ContentType): boolean {
  return charset === "utf-8" || charset === "utf8" || charset === "us-ascii";
}

function guessed(body: Uint8Array): string {
  if (!isUtf8(body)) return bytesJson(body, "application/octet-stream");
  const text = textOf(body, { kind: "text", mediaType: "" });
  return isJson(body) ? text : JSON.stringify(text);
}

function jsonText(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new PayloadFault("invalid_json", error instanceof Error ? error.message : "the body is not JSON");
  }
  if (nestsTooDeep(text)) throw new PayloadFault("invalid_json", TOO_DEEP);
  return text;
}

function textOf(body: Uint8Array, type: ContentType): string {
  if (isInUtf8(type)) {
    if (!isUtf8(body)) throw new PayloadFault("invalid_text", "the body is not valid UTF-8");
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
  try {
    const decoder = new TextDecoder(type.charset, { fatal: true });
    // In one go, Node 20 takes the bytes 80 to 9F of windows-1252, as which iso-8859-1 is read, for control characters.
    return decoder.decode(body, { stream: true }) + decoder.decode();
  } catch {
    throw unreadable(type);
  }
}

function unreadable({ charset = "utf-8" }: ContentType): PayloadFault {
  return new PayloadFault("invalid_text", `the body cannot be read as ${charset}`);
}

function textOrBytes(body: Uint8Array, type: ContentType, payloadOf: (text: string) => string): string {
  try {
    return payloadOf(textOf(body, type));
  } catch (fault) {
    return bytesUnless(fault, "invalid_text", body, type);
  }
}

/**
 * In another charset, signs stand for its bytes: `%E9` is the é of iso-8859-1. Those of UTF-16 are none that a form could be
 * taken apart by; there signs are UTF-8 (https://encoding.spec.whatwg.org/#get-an-output-encoding).
 */
function formOf(body: Uint8Array, text: string, type: ContentType): string | undefined {
  if (isInUtf8(type) || new TextDecoder(type.charset).encoding.startsWith("utf-")) return decodeForm(text);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1");
  return decodeForm(bytes, (field) => textOf(field, type));
}

function bytesUnless(fault: unknown, expected: PayloadFaultCode, body: Uint8Array, { mediaType }: ContentType): string {
  if (fault instanceof PayloadFault && fault.code === expected) return bytesJson(body, mediaType);
  throw fault;
}

/** As long as a declaration may reasonably be. */
const DECLARATION_BYTES = 200;
const XML_DECLARATION = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/;

/** XML says its charset itself where the header does not (RFC 7303 section 3.2). */
function withDeclaredCharset(body: Uint8Array, type: ContentType): ContentType {
  if (type.charset !== undefined || !type.mediaType.endsWith("xml")) return type;
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, DECLARATION_BYTES));
  const charset = XML_DECLARATION.exec(start.toString("latin1"))?.[1]?.toLowerCase();
  // A declaration that reads as ASCII is not in UTF-16, whatever it says.
  return charset === undefined || charset.startsWith("utf-16") ? type : { ...type, charset };
}

function bytesJson(body: Uint8Array, mediaType: string): string {
  const base64 = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("base64");
  return JSON.stringify({ content_type: mediaType, size: body.length, base64 });
}
