/** Tokens (RFC 7519) as signatures: their claims hold the hash of the body, the URL, the audience, the times. */
import { createHash } from "node:crypto";
import {
  isExpired,
  refuse,
  type CheckOutcome,
  type CompiledScheme,
  type Refusal,
  type SchemeContext,
} from "./compiled-scheme.ts";
import { utf8Text } from "./encoding.ts";
import { allowedAlgorithm, isRecord, jwsKeys, parseJws, verifyJws, type CompactJws, type JwsKey } from "./jws.ts";
import { claimsFault } from "./jwt-claims.ts";
import { keyRequester, type NamedKeys } from "./key-request.ts";
import type { KeyStore } from "./key-store.ts";
import { refuseUnmatched } from "./mac-scheme.ts";
import { publishedKeys } from "./published-keys.ts";
import type { RequestView } from "./request-view.ts";
import { parseJson } from "./sent-text.ts";
import type { JwtAlgorithm, JwtSpec } from "./scheme-spec.ts";
import { compileSource, settingKey, type Reader } from "./source.ts";

type Claims = Readonly<Record<string, unknown>>;

/** @throws SyntaxError when a key is not in form */
export function compileJwt(spec: JwtSpec, context: SchemeContext): CompiledScheme {
  const named = context.keys.map(({ name, notAfterMs, secret }): NamedKeys => ({
    name,
    notAfterMs,
    keys: jwsKeys(secret),
  }));
  const header = spec.from.startsWith("header:") ? spec.from.slice("header:".length).toLowerCase() : undefined;
  if (header === undefined && spec.from !== "body")
    throw new SyntaxError("a token stands in header:NAME or in the body");
  const url = context.settings.get("jwksurl") ?? spec.jwksUrl;
  const or = spec.or === undefined ? undefined : compileSource(spec.or, context.settings);
  const ask = spec.keyRequest && keyRequester(spec.keyRequest, context);
  const coversBody = spec.body !== undefined || spec.from === "body";
  return {
    label: `token (${spec.algs.join(", ")}), ${header === undefined ? "body" : spec.from}`,
    signatureHeaders: header === undefined ? [] : [header],
    covers: (source) => source.startsWith("claim:") || (coversBody && /^(json|form):/.test(source)),
    check: (view, nowMs) => {
      const token = readToken(view, spec, header, or);
      if ("ok" in token) return token;
      const finish = (outcome: CheckOutcome): CheckOutcome =>
        outcome.ok ? checkClaims(token, spec, context, view, nowMs, outcome) : outcome;
      if (ask !== undefined) return ask(token.jws, nowMs).then((key) => finish(verifyWith(token, [key], nowMs)));
      if (named.length > 0) return finish(verifyWith(token, named, nowMs));
      if (url === undefined || context.keyStore === undefined) return refuseUnmatched(0, undefined);
      return verifyPublished(token, url, context.keyStore, nowMs).then(finish);
    },
  };
}

export interface Token {
  readonly jws: CompactJws;
  readonly alg: JwtAlgorithm;
  readonly claims: Claims;
}

function readToken(
  view: RequestView,
  spec: JwtSpec,
  header: string | undefined,
  or: Reader | undefined,
): Token | Refusal {
  const text = header === undefined ? utf8Text(view.request.rawBody)?.trim() : view.header(header);
  if (text === undefined && view.duplicated === undefined) {
    const other = or?.(view);
    if (other !== undefined) return parseToken(other, spec.or ?? "", spec.algs);
  }
  if (text === undefined || text === "") {
    if (view.duplicated !== undefined)
      return refuse("header_duplicated", `header ${view.duplicated} occurs more than once`);
    return refuse("signature_missing", `${spec.from} is not there`);
  }
  const prefix = spec.prefix ?? "";
  const hasPrefix = text.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase();
  if (!hasPrefix && spec.prefixOptional !== true) {
    return refuse("signature_malformed", `${spec.from} does not start with ${JSON.stringify(prefix)}`);
  }
  return parseToken(hasPrefix ? text.slice(prefix.length) : text, spec.from, spec.algs);
}

/** @param place for the refusal: where the text stood */
export function parseToken(text: string, place: string, algs: readonly JwtAlgorithm[]): Token | Refusal {
  const jws = parseJws(text);
  const claims = jws && parseJson(utf8Text(jws.payload));
  if (jws === undefined || !isRecord(claims)) return refuse("signature_malformed", `${place} holds no token`);
  const alg = allowedAlgorithm(jws, algs);
  if (alg !== undefined) return { jws, alg, claims };
  return refuse(
    "signature_version",
    `the token is of algorithm ${JSON.stringify(jws.header["alg"])}; allowed: ${algs.join(", ")}`,
  );
}

function verifyWith(token: Token, named: readonly NamedKeys[], nowMs: number): CheckOutcome {
  let expired: string | undefined;
  for (const { name, notAfterMs, keys } of named) {
    if (!anyVerifies(token, keys)) continue;
    if (!isExpired({ notAfterMs }, nowMs)) return { ok: true, keyName: name };
    expired = name;
  }
  return refuseUnmatched(named.length, expired);
}

function anyVerifies({ jws, alg }: Token, keys: readonly JwsKey[]): boolean {
  return keysFor(jws, keys).some((key) => verifyJws(jws, alg, key));
}

/** The published key with the token's id; all of them where either names none. */
function keysFor(jws: CompactJws, keys: readonly JwsKey[]): readonly JwsKey[] {
  const { kid } = jws.header;
  if (typeof kid !== "string") return keys;
  const named = keys.filter((key) => key.kind === "public" && key.kid === kid);
  return named.length > 0 ? named : keys.filter((key) => key.kind === "shared" || key.kid === undefined);
}

/** With published keys; an unknown key id makes them be fetched once more. */
export async function verifyPublished(
  token: Token,
  url: string,
  keyStore: KeyStore,
  nowMs: number,
): Promise<CheckOutcome> {
  const keys = await publishedKeys(url, keyStore, nowMs, (known) => keysFor(token.jws, known).length > 0);
  return anyVerifies(token, keys)
    ? { ok: true, keyName: url }
    : refuse("signature_mismatch", `no key of ${url} made the token`);
}

function checkClaims(
  { claims }: Token,
  spec: JwtSpec,
  { settings, tolerance }: SchemeContext,
  view: RequestView,
  nowMs: number,
  verified: CheckOutcome & { ok: true },
): CheckOutcome {
  const effective = tolerance === undefined || spec.maxAge === undefined ? spec : { ...spec, maxAge: tolerance };
  const wrong = claimsFault(claims, effective, (name) => settings.get(settingKey(name)), nowMs);
  if (wrong !== undefined) return wrong;
  const uncovered = bodyFault(claims, spec, view) ?? urlFault(claims, spec, view);
  if (uncovered !== undefined) return uncovered;
  view.claims = claims;
  return verified;
}

function bodyFault(claims: Claims, spec: JwtSpec, view: RequestView): Refusal | undefined {
  if (spec.body === undefined) return undefined;
  const { claim, encoding, emptyUnsaid } = spec.body;
  const { rawBody } = view.request;
  const claimed = claims[claim];
  // Else a token that the same secret made for something else would do, as those of the participants of a call.
  if (emptyUnsaid === true && claimed === undefined && rawBody.length === 0) return undefined;
  const actual = createHash("sha256").update(rawBody).digest(encoding);
  // Padding is optional: QStash writes base64url with it.
  if (typeof claimed === "string" && unpadded(claimed) === unpadded(actual)) return undefined;
  return refuse("signature_mismatch", `the claim ${claim} is not the SHA-256 of the body`);
}

/** At most two padding characters, as base64 has them. */
function unpadded(text: string): string {
  return text.replace(/={1,2}$/, "");
}

function urlFault(claims: Claims, spec: JwtSpec, view: RequestView): Refusal | undefined {
  const { claim, hashClaim } = spec.url ?? {};
  const { url } = view.request;
  if (claim !== undefined && claims[claim] !== url) {
    return refuse("claims_wrong", `the token is for the URL ${JSON.stringify(claims[claim])}, not ${url}`);
  }
  if (hashClaim === undefined) return undefined;
  const actual = createHash("sha256").update(url).digest("hex");
  return claims[hashClaim] === actual
    ? undefined
    : refuse("claims_wrong", `the claim ${hashClaim} is not the hash of ${url}`);
}
