/**
 * Signs a request as a provider would: for tests, for `gtc sign`, for trying out an endpoint. What a provider signs with
 * a key that only it has needs a private key in PEM as the secret; where certificates decide, nothing can be signed.
 */
import { createHash, createHmac, createPrivateKey, sign as signWith } from "node:crypto";
import { codedMac, type CodedMac } from "./coded/index.ts";
import type { SchemeContext, SigningKey } from "./compiled-scheme.ts";
import { compileContent } from "./content-template.ts";
import { secretBytes } from "./key-material.ts";
import { RequestView } from "./request-view.ts";
import type { SignedRequest } from "./request.ts";
import { resolveScheme } from "./resolve-scheme.ts";
import type { SchemeConfig } from "./scheme-config.ts";
import type { MacSpec, PublicKeySpec, SignaturePlace } from "./scheme-spec.ts";
import { signHttpMessage } from "./sign-http-message.ts";
import { signJwt } from "./sign-jwt.ts";
import { placeValue, withHeader } from "./sign-place.ts";
import { settingKey, settingsOf } from "./source.ts";
import { formatTimestamp } from "./timestamp.ts";

export interface SignOptions {
  /** The moment that the timestamp says. */
  readonly nowMs: number;
  /** The delivery's id, where the scheme signs one. */
  readonly id: string;
}

export type Signed = { readonly request: SignedRequest } | { readonly fault: string };

/** The request with its signature: usually one more header, sometimes a field of the body or a longer URL. */
export function signRequest(
  config: SchemeConfig,
  key: SigningKey,
  request: SignedRequest,
  options: SignOptions,
): Signed {
  const { spec } = resolveScheme(config, key.secret);
  const settings = settingsOf(config.settings);
  const context: SchemeContext = { settings, keys: [], keyStore: undefined, tolerance: config.toleranceSeconds };
  try {
    switch (spec.kind) {
      case "mac":
      case "signature":
        return { request: signContent({ spec }, key, request, context, options) };
      case "token":
        return { request: placeValue(request, spec.from, (spec.prefix ?? "") + key.secret) };
      case "basic":
        return { request: withHeader(request, "Authorization", `Basic ${Buffer.from(key.secret).toString("base64")}`) };
      case "jwt":
        return signJwt(spec, key, request, context, options.nowMs);
      case "http-message-signature":
        return { request: signHttpMessage(spec, key, request, options.nowMs) };
      case "coded": {
        const mac = codedMac(spec.scheme, context);
        if (mac === undefined) return { fault: `requests of ${spec.scheme} cannot be signed here` };
        return { request: signContent(mac, key, mac.prepare?.(request) ?? request, context, options) };
      }
      case "ip":
      case "none":
        return { request };
      default:
        return spec satisfies never;
    }
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return { fault: thrown.message };
    throw thrown;
  }
}

type ContentToSign = Omit<CodedMac, "spec"> & { readonly spec: MacSpec | PublicKeySpec };

function signContent(
  { spec, own, parts = [] }: ContentToSign,
  key: SigningKey,
  given: SignedRequest,
  { settings }: SchemeContext,
  { nowMs, id }: SignOptions,
): SignedRequest {
  const timestamp = spec.timestamp && formatTimestamp(nowMs, spec.timestamp.unit);
  let request = given;
  for (const requirement of spec.require ?? []) {
    const value = requirement.equals ?? settings.get(settingKey(requirement.equalsConfig ?? ""));
    if (value !== undefined) request = placeValue(request, requirement.from, value);
  }
  const sigParts = [...parts];
  if (spec.timestamp !== undefined && timestamp !== undefined) {
    const { from } = spec.timestamp;
    if (from.startsWith("sig:")) sigParts.unshift(`${from.slice("sig:".length)}=${timestamp}`);
    else request = placeValue(request, from, timestamp);
  }
  if (spec.id !== undefined) request = placeValue(request, spec.id.from, id);
  const template = compileContent(spec.content, settings, own);
  const secret = spec.kind === "mac" ? secretBytes(key.secret, spec.secret) : new Uint8Array(0);
  const pieces = template.render(new RequestView(request), {
    timestamp,
    id,
    placed: { candidates: [], others: sigParts },
    secret,
  });
  if (pieces === undefined) throw new SyntaxError(`the request lacks one of ${[...template.placeholders].join(", ")}`);
  const message = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
  const signature = (
    spec.kind === "mac" ? macOf(spec, secret, message) : signatureOf(spec, key.secret, message)
  ).toString(spec.signature.encoding);
  return placeSignature(request, spec.signature, signature, sigParts);
}

function macOf(spec: MacSpec, secret: Uint8Array, message: Buffer): Buffer {
  const hash = spec.alg.replace("hmac-", "");
  return spec.alg.startsWith("hmac-")
    ? createHmac(hash, secret).update(message).digest()
    : createHash(hash).update(message).digest();
}

function signatureOf(spec: PublicKeySpec, pem: string, message: Buffer): Buffer {
  if (!pem.includes("PRIVATE KEY")) throw new SyntaxError("signing needs the private key in PEM as the secret");
  const digest = spec.alg === "ed25519" ? null : spec.alg.endsWith("sha1") ? "sha1" : "sha256";
  return signWith(digest, message, createPrivateKey(pem));
}

function placeSignature(
  request: SignedRequest,
  place: SignaturePlace,
  signature: string,
  parts: readonly string[],
): SignedRequest {
  const own = `${place.key === undefined ? "" : `${place.key}=`}${place.prefix ?? ""}${signature}`;
  const text = [...parts, own].join(place.split ?? "");
  if (place.header !== undefined) return withHeader(request, place.header.replace(/#$/, "1"), text);
  if (place.json !== undefined) return placeValue(request, `json:${place.json}`, text);
  return placeValue(request, place.form === undefined ? `query:${place.query ?? ""}` : `form:${place.form}`, text);
}
