/** Turns the text of a secret into the key that the crypto functions take, once, when a scheme is compiled. */
import { createPublicKey, createSecretKey, X509Certificate, type KeyObject } from "node:crypto";
import { decodeBase64Secret, decodeStrict } from "./encoding.ts";
import type { SecretForm } from "./scheme-spec.ts";

/** DER in front of the 32 bytes of an Ed25519 key: SubjectPublicKeyInfo of RFC 8410 section 4. */
const ED25519_SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** The bytes of a shared secret. @throws SyntaxError when the text is not in the scheme's form. */
export function secretBytes(secret: string, form: SecretForm | undefined): Buffer {
  const text = strip(form?.normalize === undefined ? secret : secret.normalize(form.normalize), form?.strip);
  const encoding = form?.encoding ?? "utf8";
  switch (encoding) {
    case "utf8":
      return Buffer.from(text, "utf8");
    case "base64": {
      const bytes = decodeBase64Secret(text);
      if (bytes === undefined) throw new SyntaxError("the secret is not base64");
      return bytes;
    }
    case "hex": {
      const bytes = decodeStrict(text, "hex");
      if (bytes === undefined || bytes.length === 0) throw new SyntaxError("the secret is not hexadecimal");
      return bytes;
    }
    case "raw-hex":
    case "raw-base64":
    case "spki-base64":
    case "pem":
      throw new SyntaxError(`a shared secret cannot be written as ${encoding}`);
    default:
      return encoding satisfies never;
  }
}

export function secretKey(secret: string, form: SecretForm | undefined): KeyObject {
  const bytes = secretBytes(secret, form);
  if (bytes.length === 0) throw new SyntaxError("the secret is empty");
  return createSecretKey(bytes);
}

/**
 * A public key from a PEM (key or certificate), the base64 of a SubjectPublicKeyInfo, or the 32 bytes of an Ed25519 key
 * as hex or base64. The form says what is expected, but a PEM is taken everywhere.
 * @throws SyntaxError when the text is none of these.
 */
export function publicKey(secret: string, form: SecretForm | undefined): KeyObject {
  const text = strip(secret.trim(), form?.strip);
  try {
    if (text.includes("-----BEGIN CERTIFICATE-----")) return new X509Certificate(text).publicKey;
    if (text.includes("-----BEGIN ")) return createPublicKey(text);
    return createPublicKey({ key: publicKeyDer(text, form), format: "der", type: "spki" });
  } catch (thrown) {
    throw new SyntaxError("the secret is not a public key in the scheme's form", { cause: thrown });
  }
}

function publicKeyDer(text: string, form: SecretForm | undefined): Buffer {
  const bytes =
    form?.encoding === "raw-hex" ? decodeStrict(text, "hex") : decodeBase64Secret(text.replaceAll(/\s+/g, ""));
  if (bytes === undefined) throw new SyntaxError("neither hex nor base64");
  return bytes.length === 32 ? Buffer.concat([ED25519_SPKI_PREFIX, bytes]) : bytes;
}

function strip(text: string, prefixes: SecretForm["strip"]): string {
  const list = typeof prefixes === "string" ? [prefixes] : (prefixes ?? []);
  const prefix = list.find((candidate) => text.startsWith(candidate));
  return prefix === undefined ? text : text.slice(prefix.length);
}
