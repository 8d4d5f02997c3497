/**
 * Finds the candidates for the signature in a request: one header, its numbered or repeated lines, a list inside it, a
 * field of the body. Invariants: (1) at most 16 candidates; (2) a header that occurs twice is refused unless the scheme
 * allows it; (3) a list is only split by the scheme's own separator.
 */
import type { RequestView } from "./request-view.ts";
import type { SignaturePlace } from "./scheme-spec.ts";
import { compileSource, type Reader } from "./source.ts";

export const MAX_CANDIDATES = 16;

/** The texts that may hold a signature, and the header they stand in. */
export interface PlacedSignature {
  /** Candidates without key and prefix, not yet decoded. */
  readonly candidates: readonly string[];
  /** The parts without the wanted key or prefix: a timestamp, other versions. */
  readonly others: readonly string[];
}

export interface PlaceRefusal {
  readonly reason: "signature_missing" | "header_duplicated" | "too_many_signatures";
  readonly detail: string;
}

const MISSING: PlaceRefusal = { reason: "signature_missing", detail: "is not there" };
const DUPLICATED: PlaceRefusal = { reason: "header_duplicated", detail: "occurs more than once" };
const TOO_MANY: PlaceRefusal = { reason: "too_many_signatures", detail: `holds more than ${MAX_CANDIDATES} parts` };

export interface CompiledPlace {
  /** How operators know it: `header Stripe-Signature`. */
  readonly label: string;
  isPresent(view: RequestView): boolean;
  find(view: RequestView): PlacedSignature | PlaceRefusal;
}

export function compilePlace(place: SignaturePlace): CompiledPlace {
  const lines = compileLines(place);
  const splitting: Splitting = {
    separator: place.split,
    marker: place.key === undefined ? (place.prefix ?? "") : `${place.key}=${place.prefix ?? ""}`,
    markerOptional: place.prefixOptional === true,
  };
  return {
    label: placeLabel(place),
    isPresent: (view) => {
      // Several versions in one header: the one whose part is there.
      if (place.key !== undefined) return lines(view).some((line) => hasPart(line, splitting));
      return place.header === undefined ? lines(view).length > 0 : view.hasHeader(place.header.toLowerCase());
    },
    find: (view) => {
      const texts = lines(view);
      if (view.duplicated !== undefined) return DUPLICATED;
      if (texts.length === 0) return MISSING;
      return pick(texts, splitting) ?? TOO_MANY;
    },
  };
}

function placeLabel(place: SignaturePlace): string {
  if (place.header !== undefined) return `header ${[place.header, ...(place.moreHeaders ?? [])].join(" or ")}`;
  if (place.json !== undefined) return `body field ${place.json}`;
  if (place.form !== undefined) return `form field ${place.form}`;
  return `query parameter ${place.query ?? ""}`;
}

function compileLines(place: SignaturePlace): (view: RequestView) => readonly string[] {
  const { header, moreHeaders } = place;
  if (header?.endsWith("#") === true) {
    const stem = header.slice(0, -1).toLowerCase();
    const names = Array.from({ length: MAX_CANDIDATES }, (_, index) => `${stem}${index + 1}`);
    return (view) => names.flatMap((name) => view.header(name) ?? []);
  }
  if (header !== undefined && place.repeatable === true) {
    const name = header.toLowerCase();
    return (view) => view.headerLines(name, MAX_CANDIDATES + 1);
  }
  if (moreHeaders !== undefined) {
    const names = [header ?? "", ...moreHeaders].map((name) => name.toLowerCase());
    return (view) => names.flatMap((name) => view.header(name) ?? []);
  }
  const reader = compileSource(placeSource(place), new Map());
  return reader === undefined ? () => [] : (view) => present(reader, view);
}

function placeSource(place: SignaturePlace): string {
  if (place.header !== undefined) return `header:${place.header}`;
  if (place.json !== undefined) return `json:${place.json}`;
  return place.form === undefined ? `query:${place.query ?? ""}` : `form:${place.form}`;
}

function present(reader: Reader, view: RequestView): readonly string[] {
  const text = reader(view);
  return text === undefined ? [] : [text];
}

const NOTHING: readonly string[] = [];

/** Sorts the parts of the lines: those with the marker, cut off, and the others. `undefined` when there are too many. */
function pick(lines: readonly string[], splitting: Splitting): PlacedSignature | undefined {
  const { separator, marker } = splitting;
  const [only = ""] = lines;
  const isWhole = lines.length === 1 && (separator === undefined || !only.includes(separator));
  if (isWhole && only.startsWith(marker)) return { candidates: [only.slice(marker.length)], others: NOTHING };
  const candidates: string[] = [];
  const others: string[] = [];
  for (const line of lines) {
    let start = 0;
    while (start <= line.length) {
      const found = separator === undefined ? -1 : line.indexOf(separator, start);
      const end = found < 0 ? line.length : found;
      const part = separator === undefined ? line : line.slice(start, end).trim();
      if (part.startsWith(marker)) candidates.push(part.slice(marker.length));
      else if (splitting.markerOptional) candidates.push(part);
      else others.push(part);
      if (candidates.length + others.length > MAX_CANDIDATES) return undefined;
      start = end + (separator?.length ?? 1);
    }
  }
  return { candidates, others };
}

function hasPart(line: string, { separator, marker }: Splitting): boolean {
  const parts = separator === undefined ? [line] : line.split(separator, MAX_CANDIDATES);
  return parts.some((part) => part.trim().startsWith(marker));
}

interface Splitting {
  readonly separator: string | undefined;
  readonly marker: string;
  readonly markerOptional: boolean;
}

/** The value of the part `key=value`, if there is exactly one such part. */
export function signaturePart(placed: PlacedSignature, key: string): string | undefined {
  let found: string | undefined;
  for (const part of placed.others) {
    if (part.charCodeAt(key.length) !== EQUALS || !part.startsWith(key)) continue;
    if (found !== undefined) return undefined;
    found = part.slice(key.length + 1);
  }
  return found;
}

const EQUALS = "=".charCodeAt(0);
