/**
 * The head of a segment file, written twice so that one damaged sector does not cost the segment:
 *
 *   0  8 bytes  "gtcjrnl\n"
 *   8  u16      breaking format version; a reader refuses a newer one
 *  10  u16      compatible format version; for information
 *  12  u32      the journal's salt
 *  16  f64      base: the segment's place in the journal, bytes
 *  24  f64      when it was made, milliseconds since the epoch
 *  32  u32      CRC-32C of the 32 bytes before
 */
import { crc32c } from "@node-rs/crc32";
import { GtcError } from "../../base/index.ts";

export const FORMAT = 1;
const COMPATIBLE_FORMAT = 0;
const MAGIC = Buffer.from("gtcjrnl\n");
const COPY_BYTES = 64;
export const HEADER_BYTES = 2 * COPY_BYTES;

export interface SegmentHeader {
  readonly salt: number;
  readonly base: number;
  readonly createdAtMs: number;
}

export function encodeHeader(header: SegmentHeader, format = FORMAT): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(bytes, 0);
  bytes.writeUInt16LE(format, 8);
  bytes.writeUInt16LE(COMPATIBLE_FORMAT, 10);
  bytes.writeUInt32LE(header.salt, 12);
  bytes.writeDoubleLE(header.base, 16);
  bytes.writeDoubleLE(header.createdAtMs, 24);
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, 32)), 32);
  bytes.copy(bytes, COPY_BYTES, 0, COPY_BYTES);
  return bytes;
}

/**
 * Reads the header; undefined when neither copy is whole.
 * @throws GtcError GTC_LOG_FORMAT when a newer gtc wrote it.
 */
export function decodeHeader(bytes: Buffer, path: string): SegmentHeader | undefined {
  return decodeCopy(bytes, 0, path) ?? decodeCopy(bytes, COPY_BYTES, path);
}

function decodeCopy(bytes: Buffer, at: number, path: string): SegmentHeader | undefined {
  if (bytes.length < at + 36 || !bytes.subarray(at, at + 8).equals(MAGIC)) return undefined;
  if (bytes.readUInt32LE(at + 32) !== crc32c(bytes.subarray(at, at + 32))) return undefined;
  const found = bytes.readUInt16LE(at + 8);
  if (found > FORMAT) throw new GtcError("GTC_LOG_FORMAT", { path, found, supported: FORMAT });
  return {
    salt: bytes.readUInt32LE(at + 12),
    base: bytes.readDoubleLE(at + 16),
    createdAtMs: bytes.readDoubleLE(at + 24),
  };
}
