/**
 * HTTP message signatures (RFC 9421) with the digest of the body (RFC 9530). Invariants: (1) the signature has to cover
 * the method, the target and, unless the body is empty, `content-digest`; (2) the digest is compared with the raw body;
 * (3) the algorithm is the configured one or follows from the key, never from the request alone.
 */
import { createHash, createHmac, timingSafeEqual, verify, type KeyObject } from "node:crypto";
import {
  isExpired,
  refuse,
  type CheckOutcome,
  type CompiledScheme,
  type Refusal,
  type SchemeContext,
} from "./compiled-scheme.ts";
import { chooseSignature, fieldValue, signatureBase, type ChosenSignature } from "./http-message-base.ts";
import { publicKey, secretKey } from "./key-material.ts";
import { refuseUnmatched } from "./mac-scheme.ts";
import type { RequestView } from "./request-view.ts";
import type { HttpMessageAlgorithm, HttpMessageSpec } from "./scheme-spec.ts";
import { parseDictionary } from "./structured-fields.ts";
import { describeAge } from "./timestamp.ts";

interface Key {
  readonly name: string;
  readonly notAfterMs: number | undefined;
  readonly key: KeyObject;
  readonly alg: HttpMessageAlgorithm;
}

const DEFAULT_TOLERANCE_SECONDS = 300;

/** @throws SyntaxError when a key is not in form */
export function compileHttpMessage(spec: HttpMessageSpec, context: SchemeContext): CompiledScheme {
  const keys = context.keys.map(({ name, notAfterMs, secret }): Key => {
    const key = isPublic(secret, spec) ? publicKey(secret, spec.secret) : secretKey(secret, spec.secret);
    return { name, notAfterMs, key, alg: spec.alg ?? algorithmOf(key) };
  });
  const tolerance = context.tolerance ?? spec.tolerance ?? DEFAULT_TOLERANCE_SECONDS;
  return {
    label: "HTTP message signature, headers Signature-Input and Signature",
    signatureHeaders: ["signature", "signature-input"],
    covers: (source) =>
      /^(json|form):/.test(source) || (spec.components ?? []).includes(source.replace(/^header:/, "").toLowerCase()),
    check: (view, nowMs) => {
      const chosen = chooseSignature(view, spec);
      if ("ok" in chosen) return chosen;
      const incomplete = coverageFault(chosen, spec, view) ?? digestFault(view);
      if (incomplete !== undefined) return incomplete;
      const base = signatureBase(chosen, view);
      if (typeof base !== "string") return base;
      const outcome = verifyBase(base, chosen, keys, nowMs);
      return outcome.ok ? (timesFault(chosen, tolerance, nowMs) ?? outcome) : outcome;
    },
  };
}

function isPublic(secret: string, spec: HttpMessageSpec): boolean {
  if (secret.includes("-----BEGIN ")) return true;
  return spec.alg !== undefined && spec.alg !== "hmac-sha256";
}

/** The algorithm of a key where the scheme names none. */
export function algorithmOf(key: KeyObject): HttpMessageAlgorithm {
  if (key.type === "secret") return "hmac-sha256";
  if (key.asymmetricKeyType === "ed25519") return "ed25519";
  if (key.asymmetricKeyType === "rsa") return "rsa-v1_5-sha256";
  return key.asymmetricKeyDetails?.namedCurve === "secp384r1" ? "ecdsa-p384-sha384" : "ecdsa-p256-sha256";
}

/** What has to be covered: a signature over less would let someone move it to another request. */
function coverageFault(chosen: ChosenSignature, spec: HttpMessageSpec, view: RequestView): Refusal | undefined {
  const covered = new Set(chosen.components.map(({ name }) => name));
  const missing = (spec.components ?? defaultComponents(view)).filter((name) => {
    const alternatives = name === "@target" ? ["@target-uri", "@request-target", "@path"] : [name];
    return !alternatives.some((alternative) => covered.has(alternative));
  });
  if (missing.length === 0) return undefined;
  return refuse("requirement_failed", `the signature does not cover ${missing.join(", ")}`);
}

function defaultComponents(view: RequestView): readonly string[] {
  return view.request.rawBody.length === 0 ? ["@method", "@target"] : ["@method", "@target", "content-digest"];
}

const DIGESTS: Readonly<Record<string, string>> = { "sha-256": "sha256", "sha-512": "sha512" };

/**
 * RFC 9530: every digest that is known has to fit, and one has to be there when the header is. Its lines are read as the
 * signature covers them, together: whoever splits one in two must not get rid of the check.
 */
function digestFault(view: RequestView): Refusal | undefined {
  const text = fieldValue("content-digest", view);
  if (text === undefined) return undefined;
  const digests = parseDictionary(text);
  if (digests === undefined) return refuse("signature_malformed", "header Content-Digest is not in form");
  const known = [...digests].filter(([name]) => Object.hasOwn(DIGESTS, name));
  if (known.length === 0) return refuse("signature_version", "Content-Digest holds neither sha-256 nor sha-512");
  const fits = known.every(([name, member]) => {
    const actual = createHash(DIGESTS[name] ?? "sha256")
      .update(view.request.rawBody)
      .digest();
    return "item" in member && member.item.type === "bytes" && member.item.value.equals(actual);
  });
  return fits ? undefined : refuse("signature_mismatch", "Content-Digest is not the digest of the body");
}

function verifyBase(base: string, chosen: ChosenSignature, keys: readonly Key[], nowMs: number): CheckOutcome {
  const { keyid, alg } = chosen;
  const named = keys.filter((key) => key.name === keyid);
  let expired: string | undefined;
  for (const key of named.length > 0 ? named : keys) {
    if (alg !== undefined && alg !== key.alg && !(alg === "rsa-pss-sha512" && key.alg === "rsa-v1_5-sha256")) continue;
    if (!verifyOne(base, alg === "rsa-pss-sha512" ? alg : key.alg, key.key, chosen.signature)) continue;
    if (!isExpired(key, nowMs)) return { ok: true, keyName: key.name };
    expired = key.name;
  }
  return refuseUnmatched(keys.length, expired);
}

/** `crypto.constants.RSA_PKCS1_PSS_PADDING`. */
export const RSA_PKCS1_PSS_PADDING = 6;

function verifyOne(base: string, alg: HttpMessageAlgorithm, key: KeyObject, signature: Buffer): boolean {
  const message = Buffer.from(base, "utf8");
  switch (alg) {
    case "hmac-sha256": {
      const expected = createHmac("sha256", key).update(message).digest();
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    }
    case "ed25519":
      return verify(null, message, key, signature);
    case "ecdsa-p256-sha256":
      return verify("sha256", message, { key, dsaEncoding: "ieee-p1363" }, signature);
    case "ecdsa-p384-sha384":
      return verify("sha384", message, { key, dsaEncoding: "ieee-p1363" }, signature);
    case "rsa-v1_5-sha256":
      return verify("sha256", message, key, signature);
    case "rsa-pss-sha512":
      return verify("sha512", message, { key, padding: RSA_PKCS1_PSS_PADDING, saltLength: 64 }, signature);
    default:
      return alg satisfies never;
  }
}

function timesFault({ created, expires }: ChosenSignature, tolerance: number, nowMs: number): Refusal | undefined {
  const now = Math.floor(nowMs / 1000);
  if (created === undefined) return refuse("timestamp_missing", "the signature has no created parameter");
  if (Math.abs(now - created) > tolerance) {
    return refuse(
      "timestamp_outside_tolerance",
      `created lies ${describeAge(now - created)}; ${tolerance} s are allowed`,
    );
  }
  if (expires === undefined || expires >= now) return undefined;
  return refuse("timestamp_outside_tolerance", `expires lies ${describeAge(now - expires)}`);
}
