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
  /** The value of a `key=value` part that occurs exactly once. */
  readonly sig: (key: string) => string | undefined;
  /** What was there in place of the wanted key or prefix, when nothing fits. */
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
  return {
    label: placeLabel(place),
    isPresent: (view) =>
      place.header === undefined ? lines(view).length > 0 : view.hasHeader(place.header.toLowerCase()),
    find: (view) => {
      const texts = lines(view);
      if (view.duplicated !== undefined) return DUPLICATED;
      if (texts.length === 0) return MISSING;
      const parts = splitAll(texts, place.split);
      if (parts.length > MAX_CANDIDATES) return TOO_MANY;
      return pick(parts, place);
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

/** All parts of all lines, or one more than allowed: further ones are not looked at. */
function splitAll(texts: readonly string[], separator: string | undefined): string[] {
  if (separator === undefined) return texts.slice(0, MAX_CANDIDATES + 1);
  return texts.flatMap((text) => text.split(separator, MAX_CANDIDATES + 1).map((part) => part.trim()));
}

function pick(parts: readonly string[], place: SignaturePlace): PlacedSignature {
  const marker = place.key === undefined ? (place.prefix ?? "") : `${place.key}=${place.prefix ?? ""}`;
  const candidates: string[] = [];
  const others: string[] = [];
  for (const part of parts) {
    if (part.startsWith(marker)) candidates.push(part.slice(marker.length));
    else if (place.prefixOptional === true) candidates.push(part);
    else others.push(part);
  }
  return { candidates, others, sig: (key) => partOf(parts, key) };
}

function partOf(parts: readonly string[], key: string): string | undefined {
  const found = parts.filter((part) => part.startsWith(`${key}=`));
  return found.length === 1 ? found[0]?.slice(key.length + 1) : undefined;
}
