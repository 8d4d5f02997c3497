/** Secrets that are sent along as they are: tokens, bearer tokens, basic authentication. The body is not covered. */
import { createHash, timingSafeEqual } from "node:crypto";
import { isExpired, refuse, type CheckOutcome, type CompiledScheme, type SigningKey } from "./compiled-scheme.ts";
import { decodeStrict } from "./encoding.ts";
import type { RequestView } from "./request-view.ts";
import type { TokenSpec } from "./scheme-spec.ts";
import { compileSource, type Settings } from "./source.ts";

export interface TokenKey {
  readonly name: string;
  readonly notAfterMs: number | undefined;
  readonly digest: Buffer;
}

/** @throws SyntaxError when the spec names a source that does not exist, or a secret is empty */
export function compileToken(spec: TokenSpec, settings: Settings, keys: readonly SigningKey[]): CompiledScheme {
  const read = compileSource(spec.from, settings);
  if (read === undefined) throw new SyntaxError(`${JSON.stringify(spec.from)} is no source of a value`);
  const other = spec.or === undefined ? undefined : compileSource(spec.or, settings);
  const tokenKeys = keys.map(compileTokenKey);
  const prefix = spec.prefix ?? "";
  return {
    label: `static token, ${spec.from}`,
    signatureHeaders: spec.from.startsWith("header:") ? [spec.from.slice("header:".length).toLowerCase()] : [],
    covers: () => false,
    check: (view, nowMs) => {
      const text = read(view);
      if (text === undefined) {
        const bare = other?.(view);
        return bare === undefined ? refuseAbsent(view, spec.from) : compareToken(bare, tokenKeys, nowMs);
      }
      // RFC 9110 section 11.1: the name of an authentication scheme is compared without regard to case.
      if (text.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) {
        return refuse("signature_malformed", `${spec.from} does not start with ${JSON.stringify(prefix)}`);
      }
      return compareToken(text.slice(prefix.length), tokenKeys, nowMs);
    },
  };
}

/** RFC 7617; the secret is `user:password`, and the password may hold colons. */
export function compileBasic(keys: readonly SigningKey[]): CompiledScheme {
  const tokenKeys = keys.map(compileTokenKey);
  return {
    label: "basic authentication, header Authorization",
    signatureHeaders: ["authorization"],
    covers: () => false,
    check: (view, nowMs) => {
      const text = view.header("authorization");
      if (text === undefined) return refuseAbsent(view, "header:Authorization");
      const credentials = /^basic /i.test(text)
        ? decodeStrict(text.slice("basic ".length).trim(), "base64")
        : undefined;
      if (credentials === undefined)
        return refuse("signature_malformed", "header Authorization is not `Basic <base64>`");
      return compareToken(credentials, tokenKeys, nowMs);
    },
  };
}

/** @throws SyntaxError when the secret is empty */
export function compileTokenKey(key: SigningKey): TokenKey {
  if (key.secret === "") throw new SyntaxError("the secret is empty");
  return { name: key.name, notAfterMs: key.notAfterMs, digest: sha256(key.secret) };
}

function sha256(text: string | Uint8Array): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Digests are compared, so that neither content nor length of the token shows in the time it takes. */
export function compareToken(token: string | Uint8Array, keys: readonly TokenKey[], nowMs: number): CheckOutcome {
  const digest = sha256(token);
  let matched: TokenKey | undefined;
  for (const key of keys) {
    if (timingSafeEqual(key.digest, digest) && (matched === undefined || isExpired(matched, nowMs))) matched = key;
  }
  if (keys.length === 0) return refuse("key_missing", "no secret is configured");
  if (matched === undefined) return refuse("token_mismatch", "the token is not one of the configured secrets");
  if (isExpired(matched, nowMs)) {
    return refuse("key_expired", `the secret ${JSON.stringify(matched.name)} is past its not_after`);
  }
  return { ok: true, keyName: matched.name };
}

function refuseAbsent(view: RequestView, from: string): CheckOutcome {
  if (view.duplicated !== undefined)
    return refuse("header_duplicated", `header ${view.duplicated} occurs more than once`);
  return refuse("signature_missing", `${from} is not there`);
}
