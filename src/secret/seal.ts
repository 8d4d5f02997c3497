/**
 * Sealing: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce per value. The secret's name is authenticated along
 * with it, so a sealed value cannot be moved to another name.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = "v1";
export const KEY_BYTES = 32;

/** Seals a text under a name: `v1.<nonce>.<ciphertext+tag>` in base64url. */
export function seal(key: Uint8Array, name: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${nonce.toString("base64url")}.${sealed.toString("base64url")}`;
}

/** Opens a sealed text; undefined when key, name or text are not those of the sealing. */
export function unseal(key: Uint8Array, name: string, sealed: string): string | undefined {
  const [version, nonceText = "", bodyText = ""] = sealed.split(".");
  const body = Buffer.from(bodyText, "base64url");
  if (version !== VERSION || body.length < TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonceText, "base64url"), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
    return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}

/**
 * The key from what an operator gives: 32 bytes in base64 or hexadecimal, or a passphrase, which is stretched with
 * scrypt (RFC 7914, N = 2^15, r = 8, p = 1) over the folder's salt. That takes a tenth of a second, beside this thread: a
 * gateway that answers does it at each change of its secrets.
 */
export async function keyFromText(text: string, salt: Uint8Array): Promise<Uint8Array> {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, "hex");
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, "base64");
  return new Promise((resolve, reject) => {
    scrypt(trimmed, salt, KEY_BYTES, { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }, (fault, key) =>
      fault === null ? resolve(key) : reject(fault),
    );
  });
}
