/** HMACs, and plain hashes over a content that holds the secret. */
import { createHash, createHmac, timingSafeEqual, type KeyObject } from "node:crypto";
import {
  isExpired,
  refuse,
  type CheckOutcome,
  type CompiledScheme,
  type Refusal,
  type SigningKey,
} from "./compiled-scheme.ts";
import type { OwnPlaceholders } from "./content-template.ts";
import { utf8Text } from "./encoding.ts";
import { secretBytes, secretKey } from "./key-material.ts";
import type { RequestView } from "./request-view.ts";
import type { MacAlgorithm, MacSpec } from "./scheme-spec.ts";
import { compileSignedContent, type RenderedContent, type SignedParts } from "./signed-content.ts";
import type { Settings } from "./source.ts";

interface MacKey {
  readonly name: string;
  readonly notAfterMs: number | undefined;
  readonly key: KeyObject;
  readonly bytes: Uint8Array;
}

const DIGEST_BYTES: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** @throws SyntaxError when a secret or the spec is not in form */
export function compileMac(
  spec: MacSpec,
  settings: Settings,
  keys: readonly SigningKey[],
  own: OwnPlaceholders = {},
): CompiledScheme {
  const hash = spec.alg.replace("hmac-", "");
  if (!spec.alg.startsWith("hmac-")) requireSecret(spec);
  const content = compileSignedContent(spec, settings, DIGEST_BYTES[hash], own);
  const compute = macFunction(spec.alg, hash);
  const macKeys = keys.map((key) => compileKey(key, spec));
  const isExtendable = canBeExtended(spec);
  return {
    label: `${spec.alg}, ${content.label}`,
    signatureHeaders: content.signatureHeaders,
    covers: content.covers,
    joinsUrlAndBody: content.joinsUrlAndBody,
    check: (view, nowMs) => {
      const outcome = content.read(view, nowMs);
      const compared = outcome.ok ? compare(outcome, macKeys, compute, nowMs) : outcome;
      return compared.ok && isExtendable ? (extensionFault(view) ?? compared) : compared;
    },
  };
}

/**
 * Whoever has seen a plain hash with the secret in front can go on from it without the secret (length extension).
 */
function canBeExtended({ alg, content, readings = [], any = [] }: MacSpec): boolean {
  if (alg.startsWith("hmac-")) return false;
  const contents = [content, ...readings, ...any.flatMap((variant) => variant.content ?? [])];
  return contents.some((text) => text.endsWith("{body}"));
}

/** Between what was signed and what is added stands the hash's padding; its first byte, 0x80, begins no character. */
function extensionFault({ request }: RequestView): Refusal | undefined {
  if (utf8Text(request.rawBody) !== undefined) return undefined;
  return refuse("signature_malformed", "the body is no UTF-8: a plain hash does not tell it from an extended one");
}

/** A plain hash without the secret in it is one that anybody can make. */
function requireSecret({ alg, content, readings = [], any = [] }: MacSpec): void {
  const contents = [content, ...readings, ...any.flatMap((variant) => variant.content ?? [])];
  if (contents.every((text) => text.includes("{secret}"))) return;
  throw new SyntaxError(`${alg} is no keyed hash: {secret} has to stand in the content, or choose hmac-${alg}`);
}

type Compute = (key: MacKey, content: RenderedContent) => Buffer;

function macFunction(algorithm: MacAlgorithm, hash: string): Compute {
  const isHmac = algorithm.startsWith("hmac-");
  return (key, content) => {
    const state = isHmac ? createHmac(hash, key.key) : createHash(hash);
    for (const piece of content) state.update(piece);
    return state.digest();
  };
}

function compileKey(key: SigningKey, spec: MacSpec): MacKey {
  return {
    name: key.name,
    notAfterMs: key.notAfterMs,
    key: secretKey(key.secret, spec.secret),
    bytes: secretBytes(key.secret, spec.secret),
  };
}

function compare(parts: SignedParts, keys: readonly MacKey[], compute: Compute, nowMs: number): CheckOutcome {
  let expired: string | undefined;
  for (const key of keys) {
    if (!matchesAny(parts, key, compute)) continue;
    if (!isExpired(key, nowMs)) return parts.untimely ?? { ok: true, keyName: key.name };
    expired = key.name;
  }
  return refuseUnmatched(keys.length, expired);
}

/** Compares every reading with every candidate, without stopping at the first that fits. */
function matchesAny(parts: SignedParts, key: MacKey, compute: Compute): boolean {
  let matches = false;
  const { contents } = parts;
  for (const content of typeof contents === "function" ? contents(key.bytes) : contents) {
    const expected = compute(key, content);
    for (const candidate of parts.candidates) {
      if (candidate.length === expected.length && timingSafeEqual(candidate, expected)) matches = true;
    }
  }
  return matches;
}

/** The refusal when no usable key fits. */
export function refuseUnmatched(keyCount: number, expiredKey: string | undefined): Refusal {
  if (keyCount === 0) return refuse("key_missing", "no secret is configured");
  if (expiredKey !== undefined) {
    return refuse(
      "key_expired",
      `the signature was made with the secret ${JSON.stringify(expiredKey)}, which is past its not_after`,
    );
  }
  return refuse(
    "signature_mismatch",
    keyCount === 1 ? "the signature does not match the secret" : "the signature matches none of the secrets",
  );
}
