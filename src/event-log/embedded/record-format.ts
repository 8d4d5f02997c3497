/**
 * How one record lies in a journal segment. All numbers are little-endian.
 *
 *   0  u16  mark 0x6a67 ("gj")
 *   2  u8   type (1 event, 2 facts)
 *   3  u8   0
 *   4  u32  bytes of meta (JSON)
 *   8  u32  bytes of body (raw)
 *  12  u32  CRC-32C of the 12 bytes before, the meta and the body, started from the journal's salt
 *  16       meta, body
 *
 * The salt is random and known to this journal alone: bytes inside a sender's body can never pass for a record, also
 * not when the reader searches for the next whole record behind a damaged place.
 */
import { crc32c } from "@node-rs/crc32";
import type { JsonPiece } from "../../base/index.ts";

export const PREFIX_BYTES = 16;
/** The prefix without its checksum. */
const HEAD_BYTES = 12;
export const MARK = 0x6a67;
/** The mark as it stands in the file. */
export const MARK_BYTES = Buffer.from([MARK & 0xff, MARK >> 8]);
export const MAX_META_BYTES = 0x1000_0000;
export const MAX_BODY_BYTES = 0x4000_0000;

export const RECORD_EVENT = 1;
export const RECORD_FACTS = 2;
export type RecordType = typeof RECORD_EVENT | typeof RECORD_FACTS;

export interface RecordPrefix {
  readonly type: RecordType;
  readonly metaBytes: number;
  readonly bodyBytes: number;
  readonly crc: number;
}

/**
 * Writes a record's prefix in front of what already stands of it in `target`, from `at + PREFIX_BYTES` to `end`: its meta and
 * body, or the beginning of them. The rest is given as `apart`.
 */
export function sealRecord(
  target: Buffer,
  { at, end }: { readonly at: number; readonly end: number },
  { type, metaBytes, bodyBytes }: Omit<RecordPrefix, "crc">,
  apart: readonly Uint8Array[],
  salt: number,
): void {
  // First right in front of the meta, so that one call sums up all of it: each crosses into native code.
  const joined = at + PREFIX_BYTES - HEAD_BYTES;
  writeHead(target, joined, type, metaBytes, bodyBytes);
  let crc = crc32c(target.subarray(joined, end), salt);
  for (const piece of apart) crc = crc32c(piece, crc);
  writeHead(target, at, type, metaBytes, bodyBytes);
  target.writeUInt32LE(crc, at + HEAD_BYTES);
}

function writeHead(target: Buffer, at: number, type: RecordType, metaBytes: number, bodyBytes: number): void {
  target.writeUInt16LE(MARK, at);
  target[at + 2] = type;
  target[at + 3] = 0;
  target.writeUInt32LE(metaBytes, at + 4);
  target.writeUInt32LE(bodyBytes, at + 8);
}

/** A record's meta: one text, or texts and bytes by turns, a text first. */
export type RecordMeta = string | readonly JsonPiece[];

/** Whether a record would be larger than what is ever read as one: written, it would be taken for damage, and lost. */
export function isTooLarge(meta: RecordMeta, body: Uint8Array): boolean {
  return body.byteLength > MAX_BODY_BYTES || bytesOfMeta(meta) > MAX_META_BYTES;
}

/** At least: what is small need not be counted, as a UTF-16 unit is at most three bytes of UTF-8. */
function bytesOfMeta(meta: RecordMeta): number {
  if (typeof meta !== "string") return meta.reduce((sum, piece) => sum + bytesOfPiece(piece), 0);
  return meta.length * 3 > MAX_META_BYTES ? Buffer.byteLength(meta) : meta.length;
}

function bytesOfPiece(piece: JsonPiece): number {
  return typeof piece === "string" ? Buffer.byteLength(piece) : piece.byteLength;
}

/** Reads a prefix; undefined when the bytes cannot be one. */
export function readPrefix(bytes: Buffer, at: number): RecordPrefix | undefined {
  const type = bytes[at + 2];
  if (bytes.readUInt16LE(at) !== MARK || bytes[at + 3] !== 0) return undefined;
  if (type !== RECORD_EVENT && type !== RECORD_FACTS) return undefined;
  const metaBytes = bytes.readUInt32LE(at + 4);
  const bodyBytes = bytes.readUInt32LE(at + 8);
  if (metaBytes > MAX_META_BYTES || bodyBytes > MAX_BODY_BYTES) return undefined;
  return { type, metaBytes, bodyBytes, crc: bytes.readUInt32LE(at + 12) };
}

/** Whether the record that starts at `at` is whole: all its bytes are there and the checksum fits. */
export function isWhole(bytes: Buffer, at: number, prefix: RecordPrefix, salt: number): boolean {
  const end = at + recordBytes(prefix);
  if (end > bytes.length) return false;
  const content = bytes.subarray(at + PREFIX_BYTES, end);
  return crc32c(content, startOfCrc(bytes, at, salt)) === prefix.crc;
}

/** The checksum of the prefix that starts at `at`, with which that of the meta and the body goes on. */
export function startOfCrc(bytes: Buffer, at: number, salt: number): number {
  return crc32c(bytes.subarray(at, at + HEAD_BYTES), salt);
}

export function recordBytes(prefix: RecordPrefix): number {
  return PREFIX_BYTES + prefix.metaBytes + prefix.bodyBytes;
}
