/** Signatures that a public key verifies: Ed25519, ECDSA P-256 (DER), RSA PKCS#1 v1.5. */
import { verify, type KeyObject } from "node:crypto";
import { isExpired, type CheckOutcome, type CompiledScheme, type SigningKey } from "./compiled-scheme.ts";
import { publicKey } from "./key-material.ts";
import { refuseUnmatched } from "./mac-scheme.ts";
import type { PublicKeyAlgorithm, PublicKeySpec } from "./scheme-spec.ts";
import { compileSignedContent, type RenderedContent, type SignedParts } from "./signed-content.ts";
import type { Settings } from "./source.ts";

interface PublicKey {
  readonly name: string;
  readonly notAfterMs: number | undefined;
  readonly key: KeyObject;
}

/** The digest that `crypto.verify` wants (`null`: the key's own), and the key type that goes with the algorithm. */
const ALGORITHMS: Readonly<Record<PublicKeyAlgorithm, { readonly digest: string | null; readonly keyType: string }>> = {
  ed25519: { digest: null, keyType: "ed25519" },
  "ecdsa-p256-sha256": { digest: "sha256", keyType: "ec" },
  "rsa-sha1": { digest: "sha1", keyType: "rsa" },
  "rsa-sha256": { digest: "sha256", keyType: "rsa" },
};

/** @throws SyntaxError when a key or the spec is not in form */
export function compilePublicKey(spec: PublicKeySpec, settings: Settings, keys: readonly SigningKey[]): CompiledScheme {
  const content = compileSignedContent(spec, settings, spec.alg === "ed25519" ? 64 : undefined);
  const publicKeys = keys.map((key) => compileKey(key, spec));
  return {
    label: `${spec.alg}, ${content.label}`,
    signatureHeaders: content.signatureHeaders,
    covers: content.covers,
    joinsUrlAndBody: content.joinsUrlAndBody,
    check: (view, nowMs) => {
      const outcome = content.read(view, nowMs);
      return outcome.ok ? compare(outcome, publicKeys, spec.alg, nowMs) : outcome;
    },
  };
}

function compileKey(key: SigningKey, spec: PublicKeySpec): PublicKey {
  const compiled = publicKey(key.secret, spec.secret);
  const { keyType } = ALGORITHMS[spec.alg];
  if (compiled.asymmetricKeyType !== keyType) {
    throw new SyntaxError(
      `the key is of type ${compiled.asymmetricKeyType ?? "unknown"}, but ${spec.alg} needs ${keyType}`,
    );
  }
  return { name: key.name, notAfterMs: key.notAfterMs, key: compiled };
}

function compare(parts: SignedParts, keys: readonly PublicKey[], alg: PublicKeyAlgorithm, nowMs: number): CheckOutcome {
  const { digest } = ALGORITHMS[alg];
  const messages = contentsOf(parts).map(join);
  let expired: string | undefined;
  for (const { name, notAfterMs, key } of keys) {
    const fits = (message: Buffer): boolean =>
      parts.candidates.some((candidate) => verify(digest, message, key, candidate));
    if (!messages.some(fits)) continue;
    if (!isExpired({ notAfterMs }, nowMs)) return parts.untimely ?? { ok: true, keyName: name };
    expired = name;
  }
  return refuseUnmatched(keys.length, expired);
}

function contentsOf({ contents }: SignedParts): readonly RenderedContent[] {
  return typeof contents === "function" ? contents(new Uint8Array(0)) : contents;
}

function join(content: RenderedContent): Buffer {
  return Buffer.concat(content.map((piece) => (typeof piece === "string" ? Buffer.from(piece, "utf8") : piece)));
}
