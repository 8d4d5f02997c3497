/**
 * JSON Web Signatures in compact form (RFC 7515) and the keys they are verified with (RFC 7517). Invariants: (1) the
 * algorithm must be one the scheme allows; (2) an HS algorithm never takes a public key as its secret; (3) every part is
 * strict base64url.
 */
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
  type SignKeyObjectInput,
  type VerifyKeyObjectInput,
} from "node:crypto";
import { decodeStrict, utf8Text } from "./encoding.ts";
import { parseJson } from "./sent-text.ts";
import type { JwtAlgorithm } from "./scheme-spec.ts";

export interface CompactJws {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Buffer;
  /** The bytes that are signed. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** More keys than any provider publishes. */
const MAX_KEYS = 32;

/** Splits and decodes; `undefined` when the text is no compact JWS. */
export function parseJws(text: string): CompactJws | undefined {
  const parts = text.split(".", 4);
  const [head = "", body = "", tail = ""] = parts;
  const headerBytes = decodeStrict(head, "base64url");
  const payload = decodeStrict(body, "base64url");
  const signature = decodeStrict(tail, "base64url");
  if (parts.length !== 3 || headerBytes === undefined || payload === undefined || signature === undefined)
    return undefined;
  const header = parseJson(utf8Text(headerBytes));
  if (!isRecord(header)) return undefined;
  return { header, payload, signature, signed: Buffer.from(`${head}.${body}`, "ascii") };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A key of a token: shared, or public with the id under which it is published. */
export type JwsKey =
  | { readonly kind: "shared"; readonly secret: Buffer }
  | { readonly kind: "public"; readonly key: KeyObject; readonly kid: string | undefined };

/**
 * The keys in a secret's text: a JWKS, a JWK, a PEM, or else the text itself as a shared secret.
 * @throws SyntaxError when it looks like a key and is none
 */
export function jwsKeys(text: string): readonly JwsKey[] {
  const trimmed = text.trim();
  if (trimmed.startsWith("-----BEGIN ")) return [{ kind: "public", key: publicKeyOf(trimmed), kid: undefined }];
  if (!trimmed.startsWith("{") && !trimmed.startsWith("["))
    return [{ kind: "shared", secret: Buffer.from(text, "utf8") }];
  const parsed = parseJson(trimmed);
  const list = isRecord(parsed) ? (parsed["keys"] ?? parsed["key"] ?? parsed) : parsed;
  const jwks = (Array.isArray(list) ? list : [list]).slice(0, MAX_KEYS).filter(isRecord);
  const keys = jwks.flatMap((jwk): JwsKey | [] => {
    const key = jwk["kty"] === "oct" ? undefined : tryPublicKey(jwk);
    return key === undefined ? [] : { kind: "public", key, kid: textOf(jwk["kid"]) };
  });
  if (keys.length === 0) throw new SyntaxError("there is no public key in it");
  return keys;
}

/** RFC 7517 section 5: a key of a set that is not understood is passed over, e.g. one of a kind that is newer than this. */
function tryPublicKey(jwk: Readonly<Record<string, unknown>>): KeyObject | undefined {
  try {
    return publicKeyOf(jwk);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function publicKeyOf(source: string | Readonly<Record<string, unknown>>): KeyObject {
  try {
    return typeof source === "string" ? createPublicKey(source) : createPublicKey({ key: source, format: "jwk" });
  } catch (thrown) {
    throw new SyntaxError("it is not a public key", { cause: thrown });
  }
}

interface Algorithm {
  readonly keyType: string;
  readonly hash: string | null;
  readonly curve?: string;
}

const ALGORITHMS: Readonly<Record<JwtAlgorithm, Algorithm>> = {
  HS256: { keyType: "shared", hash: "sha256" },
  HS384: { keyType: "shared", hash: "sha384" },
  HS512: { keyType: "shared", hash: "sha512" },
  RS256: { keyType: "rsa", hash: "sha256" },
  RS384: { keyType: "rsa", hash: "sha384" },
  RS512: { keyType: "rsa", hash: "sha512" },
  PS256: { keyType: "rsa", hash: "sha256" },
  ES256: { keyType: "ec", hash: "sha256", curve: "prime256v1" },
  ES384: { keyType: "ec", hash: "sha384", curve: "secp384r1" },
  ES512: { keyType: "ec", hash: "sha512", curve: "secp521r1" },
  EdDSA: { keyType: "ed25519", hash: null },
};

/** Whether a key made the signature. A key of another type never did. */
export function verifyJws(jws: CompactJws, alg: JwtAlgorithm, key: JwsKey): boolean {
  const { keyType, hash } = ALGORITHMS[alg];
  if (key.kind === "shared") {
    if (keyType !== "shared" || hash === null) return false;
    const expected = createHmac(hash, key.secret).update(jws.signed).digest();
    return expected.length === jws.signature.length && timingSafeEqual(expected, jws.signature);
  }
  return fitsKey(alg, key.key) && verify(hash, jws.signed, keyOptions(alg, key.key), jws.signature);
}

/** Whether a public or private key is one of the algorithm's. */
function fitsKey(alg: JwtAlgorithm, key: KeyObject): boolean {
  const { keyType, curve } = ALGORITHMS[alg];
  return key.asymmetricKeyType === keyType && (curve === undefined || key.asymmetricKeyDetails?.namedCurve === curve);
}

/** What signs with a private key in PEM, by the first of the algorithms that the key is for. */
export function jwsSigner(algs: readonly JwtAlgorithm[], pem: string): JwsSigner | undefined {
  const key = createPrivateKey(pem);
  const alg = algs.find((name) => fitsKey(name, key));
  if (alg === undefined) return undefined;
  return { alg, sign: (text) => sign(ALGORITHMS[alg].hash, Buffer.from(text), keyOptions(alg, key)) };
}

export interface JwsSigner {
  readonly alg: JwtAlgorithm;
  readonly sign: (text: string) => Buffer;
}

/** RFC 7518 sections 3.4 and 3.5: ECDSA as the two numbers side by side; PSS with a salt as long as the hash. */
function keyOptions(alg: JwtAlgorithm, key: KeyObject): SignKeyObjectInput & VerifyKeyObjectInput {
  if (alg.startsWith("ES")) return { key, dsaEncoding: "ieee-p1363" };
  if (alg === "PS256") return { key, padding: RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return { key };
}

/** `crypto.constants.RSA_PKCS1_PSS_PADDING`. */
const RSA_PKCS1_PSS_PADDING = 6;

/** The algorithm of the header when it is one of those allowed and nothing critical is unknown. */
export function allowedAlgorithm(jws: CompactJws, allowed: readonly JwtAlgorithm[]): JwtAlgorithm | undefined {
  if (jws.header["crit"] !== undefined) return undefined;
  return allowed.find((alg) => alg === jws.header["alg"]);
}
