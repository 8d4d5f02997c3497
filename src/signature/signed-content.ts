/**
 * What MACs and public-key signatures share: finding the signature, its neighbours (timestamp, id), and the content that
 * was signed. Which variant applies is decided by which signature is present, never by which one would match: a wrong
 * signature is not retried as something weaker.
 */
import { compileContent, type ContentTemplate } from "./content-template.ts";
import { refuse, type CheckOutcome } from "./compiled-scheme.ts";
import { decodeStrict } from "./encoding.ts";
import type { RequestView } from "./request-view.ts";
import type { Requirement, SignaturePlace, SignedContent, TimestampSpec } from "./scheme-spec.ts";
import { compilePlace, type CompiledPlace, type PlacedSignature } from "./signature-place.ts";
import { compileSource, settingKey, type Reader, type Settings } from "./source.ts";
import { ageSeconds, describeAge, parseTimestampMs } from "./timestamp.ts";

type SigReader = (view: RequestView, placed: PlacedSignature) => string | undefined;

interface Variant {
  readonly spec: SignaturePlace;
  readonly place: CompiledPlace;
  readonly content: ContentTemplate;
  readonly id: SigReader | undefined;
  readonly timestamp: (TimestampSpec & { readonly read: SigReader }) | undefined;
}

/** A request whose signature was found and decoded; nothing is verified yet. */
export interface SignedParts {
  readonly candidates: readonly Buffer[];
  /** The content for one key's bytes (`{secret}`), piece by piece. */
  readonly content: (secret: Uint8Array) => readonly (string | Uint8Array)[];
  /** Set when the signature may be right but the request is too old or too new. */
  readonly untimely: CheckOutcome | undefined;
}

export type PartsOutcome = { readonly ok: true; readonly parts: SignedParts } | (CheckOutcome & { readonly ok: false });

export interface CompiledContent {
  readonly label: string;
  readonly signatureHeaders: readonly string[];
  read(view: RequestView, nowMs: number): PartsOutcome;
  readonly covers: (source: string) => boolean;
}

const NO_BYTES = new Uint8Array(0);

/**
 * @param signatureLength bytes of a signature, or `undefined` where it varies (DER)
 * @throws SyntaxError when the spec names a source or placeholder that does not exist
 */
export function compileSignedContent(
  spec: SignedContent,
  settings: Settings,
  signatureLength: number | undefined,
): CompiledContent {
  const variants = [compileVariant(spec, settings), ...compileAlternatives(spec, settings)];
  const requirements = (spec.require ?? []).map((requirement) => compileRequirement(requirement, settings));
  const only = variants.length === 1 ? variants[0] : undefined;
  return {
    label: variants.map((variant) => variant.place.label).join(" or "),
    signatureHeaders: variants.flatMap((variant) => variant.spec.header?.toLowerCase().replace(/#$/, "1") ?? []),
    covers: (source) => variants.every((variant) => coversSource(spec, variant, source)),
    read: (view, nowMs) => {
      const variant = only ?? variants.find(({ place }) => place.isPresent(view)) ?? variants[0];
      if (variant === undefined) throw new Error("a scheme has at least one variant");
      return readVariant(variant, requirements, signatureLength, view, nowMs);
    },
  };
}

function compileAlternatives(spec: SignedContent, settings: Settings): Variant[] {
  return (spec.any ?? []).map((variant) =>
    compileVariant({ ...spec, ...variant, signature: { ...spec.signature, ...variant.signature } }, settings),
  );
}

function compileVariant(spec: SignedContent, settings: Settings): Variant {
  return {
    spec: spec.signature,
    place: compilePlace(spec.signature),
    content: compileContent(spec.content, settings),
    id: spec.id && sigReader(spec.id.from, settings),
    timestamp: spec.timestamp && { ...spec.timestamp, read: sigReader(spec.timestamp.from, settings) },
  };
}

function sigReader(source: string, settings: Settings): SigReader {
  if (source.startsWith("sig:")) {
    const key = source.slice("sig:".length);
    return (_view, placed) => placed.sig(key);
  }
  const reader = compileSource(source, settings);
  if (reader === undefined) throw new SyntaxError(`${JSON.stringify(source)} is no source of a value`);
  return reader;
}

type CompiledRequirement = (view: RequestView) => string | undefined;

/** A check that returns what is wrong. */
function compileRequirement(requirement: Requirement, settings: Settings): CompiledRequirement {
  const read: Reader | undefined = compileSource(requirement.from, settings);
  if (read === undefined) throw new SyntaxError(`${JSON.stringify(requirement.from)} is no source of a value`);
  const { equalsConfig } = requirement;
  const wanted = equalsConfig === undefined ? requirement.equals : settings.get(settingKey(equalsConfig));
  if (wanted === undefined) return () => undefined;
  return (view) => {
    const value = read(view);
    if (value === wanted) return undefined;
    return `${requirement.from} is ${value === undefined ? "absent" : JSON.stringify(value.slice(0, 80))}, not ${JSON.stringify(wanted)}`;
  };
}

function readVariant(
  variant: Variant,
  requirements: readonly CompiledRequirement[],
  signatureLength: number | undefined,
  view: RequestView,
  nowMs: number,
): PartsOutcome {
  const outcome = variant.place.find(view);
  if (!outcome.found) return refusal(refuse(outcome.reason, `${variant.place.label}: ${REASON_TEXT[outcome.reason]}`));
  const { placed } = outcome;
  const candidates = decodeAll(placed.candidates, variant.spec, signatureLength);
  if (candidates.length === 0) return refusal(refuseUndecodable(variant, placed));
  for (const requirement of requirements) {
    const wrong = requirement(view);
    if (wrong !== undefined) return refusal(refuse("requirement_failed", wrong));
  }
  const time = readTimestamp(variant, view, placed, nowMs);
  if (time.missing !== undefined) return refusal(time.missing);
  const id = variant.id?.(view, placed);
  const rendered = renderer(variant, view, { timestamp: time.text, id, sig: placed.sig, secret: NO_BYTES });
  if (rendered === undefined) return refusal(refuseUnrendered(variant, view));
  return { ok: true, parts: { candidates, content: rendered, untimely: time.untimely } };
}

const REASON_TEXT = {
  signature_missing: "is not there",
  header_duplicated: "occurs more than once",
  too_many_signatures: "holds more than 16 parts",
} as const;

function refusal(outcome: CheckOutcome): PartsOutcome {
  if (outcome.ok) throw new Error("a refusal is expected");
  return outcome;
}

function decodeAll(candidates: readonly string[], place: SignaturePlace, length: number | undefined): Buffer[] {
  const decoded: Buffer[] = [];
  for (const candidate of candidates) {
    const bytes = decodeStrict(candidate, place.encoding);
    if (bytes !== undefined && bytes.length > 0 && (length === undefined || bytes.length === length))
      decoded.push(bytes);
  }
  return decoded;
}

function refuseUndecodable(variant: Variant, placed: PlacedSignature): CheckOutcome {
  const { label } = variant.place;
  const { key, prefix, encoding } = variant.spec;
  if (placed.candidates.length > 0) {
    return refuse("signature_malformed", `${label}: not a whole signature in ${encoding}`);
  }
  const wanted = `${key === undefined ? "" : `${key}=`}${prefix ?? ""}`;
  const others = placed.others.map((part) => JSON.stringify(part.slice(0, 12))).join(", ");
  return refuse("signature_version", `${label}: nothing that starts with ${JSON.stringify(wanted)}, only ${others}`);
}

function refuseUnrendered(variant: Variant, view: RequestView): CheckOutcome {
  if (view.duplicated !== undefined)
    return refuse("header_duplicated", `header ${view.duplicated} occurs more than once`);
  return refuse("field_missing", `one of ${[...variant.content.placeholders].join(", ")} is not there`);
}

function renderer(
  variant: Variant,
  view: RequestView,
  parts: Parameters<ContentTemplate["render"]>[1],
): SignedParts["content"] | undefined {
  const rendered = variant.content.render(view, parts);
  if (rendered === undefined) return undefined;
  if (!variant.content.placeholders.has("secret")) return () => rendered;
  return (secret) => variant.content.render(view, { ...parts, secret }) ?? rendered;
}

interface TimestampOutcome {
  readonly text: string | undefined;
  readonly missing?: CheckOutcome;
  readonly untimely?: CheckOutcome;
}

const NO_TIMESTAMP: TimestampOutcome = { text: undefined };

function readTimestamp(variant: Variant, view: RequestView, placed: PlacedSignature, nowMs: number): TimestampOutcome {
  const { timestamp } = variant;
  if (timestamp === undefined) return NO_TIMESTAMP;
  const text = timestamp.read(view, placed);
  if (text === undefined) return { text, missing: refuseTimestamp(view, timestamp.from) };
  if (timestamp.tolerance === undefined) return { text };
  const timestampMs = parseTimestampMs(text, timestamp.unit);
  if (timestampMs === undefined) {
    const detail = `${timestamp.from} is ${JSON.stringify(text.slice(0, 40))}, not a time in ${timestamp.unit}`;
    return { text, missing: refuse("timestamp_malformed", detail) };
  }
  const age = ageSeconds(timestampMs, timestamp.unit, nowMs);
  if (Math.abs(age) <= timestamp.tolerance) return { text };
  const detail = `${timestamp.from} lies ${describeAge(age)}; ${timestamp.tolerance} s are allowed`;
  return { text, untimely: refuse("timestamp_outside_tolerance", detail) };
}

function refuseTimestamp(view: RequestView, from: string): CheckOutcome {
  if (view.duplicated !== undefined)
    return refuse("header_duplicated", `header ${view.duplicated} occurs more than once`);
  return refuse("timestamp_missing", `${from} is not there, or more than once`);
}

/** The body covers what is inside it; a header is covered when the content holds it. */
function coversSource(spec: SignedContent, variant: Variant, source: string): boolean {
  const { placeholders } = variant.content;
  if (placeholders.has(source)) return true;
  if (spec.id?.from === source && placeholders.has("id")) return true;
  if (spec.timestamp?.from === source && placeholders.has("timestamp")) return true;
  if (!/^(json|form):/.test(source)) return false;
  return ["body", "decoded-body", "form:sorted", "body:sha256:hex"].some((name) => placeholders.has(name));
}
