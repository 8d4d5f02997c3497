/** SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104) of a text's UTF-8 bytes or a blob, as lower-case hexadecimal. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { native, type Native } from "../../natives.ts";
import type { RuntimeCalls as Runtime } from "../../runtime-calls.ts";
import { bytesOf, type Bytes } from "./encodings.ts";

const EXTENSION = { extension: true } as const;

/** A megabyte takes 10 to 20 ms (measured), as long as some ten thousand operations. */
const BYTES_PER_OPERATION = 16;
const BLOCK_BYTES = 64;
/** Between two looks at the clock. */
const PIECE_BYTES = 64 * 1024;

/** Reads bytes into a hash, piece by piece, with its work counted. */
function hashed(
  hash: { update(bytes: Uint8Array): unknown; digest(): Uint8Array },
  value: Bytes,
  runtime: Runtime,
  at: number,
): string {
  const bytes = bytesOf(value);
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    const piece = bytes.subarray(from, from + PIECE_BYTES);
    runtime.count(Math.floor(piece.length / BYTES_PER_OPERATION), at);
    hash.update(piece);
  }
  return bytesToHex(hash.digest());
}

/** A key longer than a block is its hash (RFC 2104 section 2): made here, where it is counted. */
function keyOf(key: Bytes, runtime: Runtime, at: number): Uint8Array {
  const bytes = bytesOf(key);
  return bytes.length <= BLOCK_BYTES ? bytes : hexToBytes(hashed(sha256.create(), key, runtime, at));
}

export const HASHES: readonly Native[] = [
  native<[Bytes]>(
    "sha256 string|blob",
    ([value], runtime, at) => hashed(sha256.create(), value, runtime, at),
    EXTENSION,
  ),
  native<[Bytes, Bytes]>(
    "hmac_sha256 string|blob string|blob",
    ([key, value], runtime, at) => hashed(hmac.create(sha256, keyOf(key, runtime, at)), value, runtime, at),
    EXTENSION,
  ),
];
