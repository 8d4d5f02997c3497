/** SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104) of a text's UTF-8 bytes or a blob, as lower-case hexadecimal. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { native, type Native } from "../../natives.ts";
import { bytesOf, type Bytes } from "./encodings.ts";

const EXTENSION = { extension: true } as const;

export const HASHES: readonly Native[] = [
  native<[Bytes]>("sha256 string|blob", ([value]) => bytesToHex(sha256(bytesOf(value))), EXTENSION),
  native<[Bytes, Bytes]>(
    "hmac_sha256 string|blob string|blob",
    ([key, value]) => bytesToHex(hmac(sha256, bytesOf(key), bytesOf(value))),
    EXTENSION,
  ),
];
