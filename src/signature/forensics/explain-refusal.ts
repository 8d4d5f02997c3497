/**
 * Why a request was refused, for the operator only. Invariants: (1) the work is bounded: at most `MAX_TRIES`
 * verifications and `maxBytes` of body looked at, decoded or as it came, whatever the request says; (2) a certain explanation is one whose
 * correction verifies; (3) nothing here accepts a request.
 */
import { REFUSAL_HINTS } from "../refusal-hints.ts";
import { resolveScheme } from "../resolve-scheme.ts";
import type { SignedRequest } from "../request.ts";
import type { SchemeSpec } from "../scheme-spec.ts";
import { VerifierFault, type RefusedVerdict } from "../verdict.ts";
import { createVerifier, type VerifierOptions } from "../verifier.ts";
import { bodyHypotheses, otherBody } from "./body-hypotheses.ts";
import type { Case, ExplainedReason, Hypothesis, OtherKeys } from "./hypothesis.ts";
import { keyHypotheses } from "./key-hypotheses.ts";
import { explainMissingHeader } from "./missing-header.ts";
import { explainProxyAddress } from "./proxy-address.ts";
import { signatureHypotheses } from "./signature-hypotheses.ts";
import { suspicions } from "./suspicions.ts";
import { urlHypotheses } from "./url-hypotheses.ts";

const MAX_TRIES = 300;
const MAX_BYTES = 64 * 1024 * 1024;
/** A larger body is not written out in ten forms. */
const MAX_BODY_BYTES = 1024 * 1024;

export interface Explanation {
  readonly reason: ExplainedReason;
  readonly detail: string;
  readonly fix: string;
  /** True when undoing the mistake makes the request verify. */
  readonly certain: boolean;
  /** Verifications that it took. */
  readonly tries: number;
}

export interface ExplainOptions extends VerifierOptions {
  /** Secrets of other tenants and event types, to find a mix-up. */
  readonly others?: readonly OtherKeys[];
  /** Body bytes to look at, most of which are hashed; default 64 MiB. */
  readonly maxBytes?: number;
}

/** Decoded at most once, however many verifications ask for it. */
function decodedOnce(request: SignedRequest): SignedRequest {
  const { decodedBody } = request;
  if (decodedBody === undefined) return request;
  let known: { readonly body: Uint8Array | undefined } | undefined;
  return { ...request, decodedBody: () => (known ??= { body: decodedBody(false) }).body };
}

/** A kilobyte that was sent may be a megabyte to parse. */
function sizeOf({ rawBody, decodedBody }: SignedRequest): number {
  return Math.max(rawBody.length, decodedBody?.(false)?.length ?? 0);
}

/**
 * The likely reason for a refusal and what to do about it.
 * @param verdict what `verify` said of the case
 */
export async function explainRefusal(
  given: Case,
  verdict: RefusedVerdict,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const item = { ...given, request: decodedOnce(given.request) };
  const { spec } = resolveScheme(item.config, item.keys[0]?.secret);
  const direct = explainDirectly(item, verdict, options);
  if (direct !== undefined) return { ...direct, tries: 0 };
  const { maxBytes = MAX_BYTES } = options;
  const budget = { tries: 0, bytes: 0 };
  for (const hypothesis of hypothesesFor(item, spec, options.others ?? [])) {
    const size = sizeOf(hypothesis.request ?? item.request);
    if (budget.tries >= MAX_TRIES || budget.bytes + size > maxBytes) break;
    budget.tries += 1;
    budget.bytes += size;
    if (await holds(item, hypothesis, options)) {
      const { reason, detail, fix } = hypothesis;
      return { reason, detail, fix, certain: true, tries: budget.tries };
    }
  }
  return { ...suspicions(item, verdict), tries: budget.tries };
}

type Direct = Omit<Explanation, "tries"> | undefined;

/** Reasons that the verdict itself settles. */
function explainDirectly({ config, keys, request }: Case, verdict: RefusedVerdict, options: ExplainOptions): Direct {
  const { detail } = verdict;
  const fix = REFUSAL_HINTS[verdict.reason];
  switch (verdict.reason) {
    case "signature_missing": {
      const { signatureHeaders } = createVerifier(config, keys, options);
      // A header that is there, empty or without another that goes with it, is not missing in favour of a third.
      const isThere = request.headers.some(([name]) => signatureHeaders.includes(name.toLowerCase()));
      if (signatureHeaders.length === 0 || isThere) return { reason: "as_reported", detail, fix, certain: true };
      return { certain: true, ...explainMissingHeader(request, signatureHeaders) };
    }
    case "timestamp_outside_tolerance":
      return { reason: "timestamp", detail: `the signature is right, but ${detail}`, fix, certain: true };
    case "key_expired":
      return { reason: "old_secret", detail, fix, certain: true };
    case "address_not_allowed": {
      const proxied = explainProxyAddress(request, config.allowIps);
      return proxied === undefined
        ? { reason: "as_reported", detail, fix, certain: true }
        : { ...proxied, certain: false };
    }
    case "header_duplicated":
      return { reason: "header_duplicated", detail, fix, certain: true };
    case "signature_malformed":
    case "signature_truncated":
    case "signature_version":
    case "signature_mismatch":
    case "token_mismatch":
    case "claims_wrong":
      return undefined;
    case "too_many_signatures":
    case "field_missing":
    case "timestamp_missing":
    case "timestamp_malformed":
    case "requirement_failed":
    case "key_missing":
    case "certificate_untrusted":
    case "handshake_token_mismatch":
      return { reason: "as_reported", detail, fix, certain: true };
    default:
      return verdict.reason satisfies never;
  }
}

/** The cheap and frequent ones first. */
function* hypothesesFor(item: Case, spec: SchemeSpec, others: readonly OtherKeys[]): Generator<Hypothesis> {
  yield* signatureHypotheses(item.config, spec);
  if (item.request.rawBody.length <= MAX_BODY_BYTES) yield* bodyHypotheses(item.request);
  if (signsUrl(spec)) yield* urlHypotheses(item.request);
  yield* keyHypotheses(item, spec, others);
  yield* otherBody(item.config, spec);
}

function signsUrl(spec: SchemeSpec): boolean {
  if (spec.kind === "mac" || spec.kind === "signature") return /\{(?:url|path|pathquery)\}/.test(spec.content);
  return (
    spec.kind === "coded" || spec.kind === "http-message-signature" || (spec.kind === "jwt" && spec.url !== undefined)
  );
}

/** Whether the changed case verifies; a request that is only untimely is signed right, too. */
async function holds(item: Case, hypothesis: Hypothesis, options: ExplainOptions): Promise<boolean> {
  const { config = item.config, keys = item.keys, request = item.request } = hypothesis;
  const { url: _url, allowIps: _allowIps, ...scheme } = config;
  const effective =
    hypothesis.reason === "url_mismatch" ? scheme : { ...scheme, ...(config.url !== undefined && { url: config.url }) };
  try {
    const verdict = await createVerifier(effective, keys, options).verify(request, item.nowMs);
    return (
      verdict.status === "verified" ||
      (verdict.status === "refused" && verdict.reason === "timestamp_outside_tolerance")
    );
  } catch (thrown) {
    // A secret of somebody else need not be in this scheme's form.
    if (thrown instanceof VerifierFault) return false;
    throw thrown;
  }
}
