/**
 * What MACs and public-key signatures share: finding the signature, its neighbours (timestamp, id), and the content that
 * was signed. Which variant applies is decided by which signature is present, never by which one would match: a wrong
 * signature is not retried as something weaker.
 */
import { refuse, type Refusal } from "./compiled-scheme.ts";
import { compileContent, type ContentParts, type ContentTemplate, type OwnPlaceholders } from "./content-template.ts";
import { decodeStrict, missesCharacters, type Encoding } from "./encoding.ts";
import type { RequestView } from "./request-view.ts";
import { compileRequirement, type CompiledRequirement } from "./requirement.ts";
import type { SignaturePlace, SignedContent, TimestampSpec } from "./scheme-spec.ts";
import { compilePlace, signaturePart, type CompiledPlace, type PlacedSignature } from "./signature-place.ts";
import { joinsUrlAndBody } from "./url-and-body.ts";
import { compileSource, type FoundValue, type Settings } from "./source.ts";
import { ageSeconds, describeAge, parseTimestampMs } from "./timestamp.ts";

type SigReader = (view: RequestView, placed: PlacedSignature) => string | undefined;

interface Variant {
  readonly spec: SignaturePlace;
  readonly place: CompiledPlace;
  /** The content, and other readings of it. */
  readonly contents: readonly ContentTemplate[];
  readonly usesSecret: boolean;
  readonly joinsUrl: boolean;
  readonly id: { readonly from: string; readonly read: SigReader } | undefined;
  readonly timestamp: (TimestampSpec & { readonly read: SigReader }) | undefined;
}

export type RenderedContent = readonly (string | Uint8Array)[];

/** A request whose signature was found and decoded; nothing is verified yet. */
export interface SignedParts {
  readonly ok: true;
  readonly candidates: readonly Buffer[];
  /** The content, and other readings of it, piece by piece; for one key's bytes where it holds `{secret}`. */
  readonly contents: readonly RenderedContent[] | ((secret: Uint8Array) => readonly RenderedContent[]);
  /** Set when the signature may be right but the request is too old or too new. */
  readonly untimely: Refusal | undefined;
}

export interface CompiledContent {
  readonly label: string;
  readonly signatureHeaders: readonly string[];
  read(view: RequestView, nowMs: number): SignedParts | Refusal;
  readonly joinsUrlAndBody: boolean;
  readonly covers: (source: string, view?: RequestView) => boolean;
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
  own: OwnPlaceholders = {},
): CompiledContent {
  const first = compileVariant(spec, settings, own);
  const others = (spec.any ?? []).map((variant) =>
    compileVariant({ ...spec, ...variant, signature: { ...spec.signature, ...variant.signature } }, settings, own),
  );
  const requirements = (spec.require ?? []).map((requirement) => compileRequirement(requirement, settings));
  const variants = [first, ...others];
  const applying = (view: RequestView): Variant =>
    others.length === 0 ? first : (variants.find(({ place }) => place.isPresent(view)) ?? first);
  return {
    label: [...new Set(variants.map((variant) => variant.place.label))].join(" or "),
    signatureHeaders: [
      ...new Set(variants.flatMap((variant) => variant.spec.header?.toLowerCase().replace(/#$/, "1") ?? [])),
    ],
    joinsUrlAndBody: variants.some(({ joinsUrl }) => joinsUrl),
    covers: (source, view) =>
      (view === undefined ? variants : [applying(view)]).every((variant) => coversSource(variant, source)),
    read: (view, nowMs) => readVariant(applying(view), requirements, signatureLength, view, nowMs),
  };
}

function compileVariant(spec: SignedContent, settings: Settings, own: OwnPlaceholders): Variant {
  const texts = [spec.content, ...(spec.readings ?? [])];
  const contents = texts.map((content) => compileContent(content, settings, own));
  return {
    joinsUrl: texts.some(joinsUrlAndBody),
    spec: spec.signature,
    place: compilePlace(spec.signature),
    contents,
    usesSecret: contents.some((content) => content.placeholders.has("secret")),
    id: spec.id && { from: spec.id.from, read: sigReader(spec.id.from, settings) },
    timestamp: spec.timestamp && { ...spec.timestamp, read: sigReader(spec.timestamp.from, settings) },
  };
}

function sigReader(source: string, settings: Settings): SigReader {
  if (source.startsWith("sig:")) {
    const key = source.slice("sig:".length);
    return (_view, placed) => signaturePart(placed, key);
  }
  const reader = compileSource(source, settings);
  if (reader === undefined) throw new SyntaxError(`${JSON.stringify(source)} is no source of a value`);
  return reader;
}

function readVariant(
  variant: Variant,
  requirements: readonly CompiledRequirement[],
  signatureLength: number | undefined,
  view: RequestView,
  nowMs: number,
): SignedParts | Refusal {
  const placed = variant.place.find(view);
  if ("reason" in placed) return refuse(placed.reason, `${variant.place.label}: ${placed.detail}`);
  const candidates = decodeAll(placed.candidates, variant.spec, signatureLength);
  if (candidates.length === 0) return refuseUndecodable(variant, placed, signatureLength);
  for (const requirement of requirements) {
    const wrong = requirement(view);
    if (wrong === undefined) continue;
    return view.duplicated === undefined ? refuse("requirement_failed", wrong) : refuseDuplicate(view.duplicated);
  }
  const time = readTimestamp(variant, view, placed, nowMs);
  if (time.missing !== undefined) return time.missing;
  const id = variant.id?.read(view, placed);
  view.signedId = signedId(variant, id);
  const parts: ContentParts = { timestamp: time.text, id, placed, secret: NO_BYTES };
  const contents = renderer(variant, view, parts);
  if (contents === undefined) return refuseUnrendered(variant, view);
  return { ok: true, candidates, contents, untimely: time.untimely };
}

/** The id that the content holds. */
function signedId({ id, contents }: Variant, value: string | undefined): FoundValue | undefined {
  if (id === undefined || value === undefined || value === "") return undefined;
  return contents.every(({ placeholders }) => placeholders.has("id")) ? { value, source: id.from } : undefined;
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

function refuseUndecodable(variant: Variant, placed: PlacedSignature, length: number | undefined): Refusal {
  const { label } = variant.place;
  const { key, prefix, encoding } = variant.spec;
  if (placed.candidates.length > 0) {
    const short = length === undefined ? undefined : firstTooShort(placed.candidates, encoding, length);
    return short === undefined
      ? refuse("signature_malformed", `${label}: not a whole signature in ${encoding}`)
      : refuse("signature_truncated", `${label}: ${short.has} of ${short.needs} characters in ${encoding}`);
  }
  const wanted = `${key === undefined ? "" : `${key}=`}${prefix ?? ""}`;
  const others = placed.others.map(labelOf).join(", ");
  return refuse("signature_version", `${label}: nothing that starts with ${JSON.stringify(wanted)}, only ${others}`);
}

/** What a part calls itself. What it holds may be a secret that was sent in the place of a signature. */
function labelOf(part: string): string {
  const [label] = /^[a-z][\w-]{0,7}[=:](?=.)/i.exec(part) ?? [];
  return label === undefined ? `${part.length} characters` : JSON.stringify(label);
}

function firstTooShort(candidates: readonly string[], encoding: Encoding, bytes: number) {
  return candidates.map((text) => missesCharacters(text, encoding, bytes)).find((short) => short !== undefined);
}

function refuseUnrendered(variant: Variant, view: RequestView): Refusal {
  if (view.duplicated !== undefined) return refuseDuplicate(view.duplicated);
  const names = variant.contents.flatMap((content) => [...content.placeholders]).join(", ");
  return refuse("field_missing", `one of ${names} is not there`);
}

function refuseDuplicate(name: string): Refusal {
  return refuse("header_duplicated", `header ${name} occurs more than once`);
}

/** `undefined` when a part of the content is absent. */
function renderer(variant: Variant, view: RequestView, parts: ContentParts): SignedParts["contents"] | undefined {
  const rendered = renderAll(variant, view, parts);
  if (rendered.length === 0) return undefined;
  return variant.usesSecret ? (secret) => renderAll(variant, view, { ...parts, secret }) : rendered;
}

function renderAll(variant: Variant, view: RequestView, parts: ContentParts): RenderedContent[] {
  const rendered: RenderedContent[] = [];
  for (const content of variant.contents) {
    const pieces = content.render(view, parts);
    if (pieces !== undefined) rendered.push(pieces);
  }
  return rendered;
}

interface TimestampOutcome {
  readonly text: string | undefined;
  readonly missing?: Refusal;
  readonly untimely?: Refusal;
}

const NO_TIMESTAMP: TimestampOutcome = { text: undefined };

/** Its form counts though its age may not: else a part of the id before it or of the body behind it could be moved into it. */
function readTimestamp(variant: Variant, view: RequestView, placed: PlacedSignature, nowMs: number): TimestampOutcome {
  const { timestamp } = variant;
  if (timestamp === undefined) return NO_TIMESTAMP;
  const text = timestamp.read(view, placed);
  if (text === undefined) return { text, missing: refuseTimestamp(view, timestamp.from) };
  const timestampMs = parseTimestampMs(text, timestamp.unit);
  if (timestampMs === undefined) {
    const detail = `${timestamp.from} is ${JSON.stringify(text.slice(0, 40))}, not a time in ${timestamp.unit}`;
    return { text, missing: refuse("timestamp_malformed", detail) };
  }
  if (timestamp.tolerance === undefined) return { text };
  const age = ageSeconds(timestampMs, timestamp.unit, nowMs);
  if (Math.abs(age) <= timestamp.tolerance) return { text };
  const detail = `${timestamp.from} lies ${describeAge(age)}; ${timestamp.tolerance} s are allowed`;
  return { text, untimely: refuse("timestamp_outside_tolerance", detail) };
}

function refuseTimestamp(view: RequestView, from: string): Refusal {
  if (view.duplicated !== undefined) return refuseDuplicate(view.duplicated);
  return refuse("timestamp_missing", `${from} is not there, or more than once`);
}

const WHOLE_BODY = /^(body|body:.*|decoded-body|form:sorted)$/;

/** The body covers what is inside it; a header is covered when the content holds it. */
function coversSource({ contents, id, timestamp }: Variant, source: string): boolean {
  return contents.every(({ placeholders }) => {
    if (placeholders.has(source)) return true;
    if (id?.from === source && placeholders.has("id")) return true;
    if (timestamp?.from === source && placeholders.has("timestamp")) return true;
    if (!/^(json|form):/.test(source)) return false;
    return [...placeholders].some((name) => WHOLE_BODY.test(name));
  });
}
