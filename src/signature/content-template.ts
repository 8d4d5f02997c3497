/**
 * The signed content as a template, compiled once into pieces that are fed to a hash one after the other: the body is
 * never copied. Invariants: (1) texts of the request go in as they were sent, never re-formatted; (2) a piece that is
 * absent makes the content absent, unless it stands inside `[...]`; (3) the order of pieces is the template's.
 */
import { createHash } from "node:crypto";
import { pathOf, type RequestView } from "./request-view.ts";
import { signaturePart, type PlacedSignature } from "./signature-place.ts";
import { compileSource, type Reader, type Settings } from "./source.ts";

/** What the scheme has already read from the signature header and its neighbours. */
export interface ContentParts {
  readonly timestamp: string | undefined;
  readonly id: string | undefined;
  readonly placed: PlacedSignature;
  readonly secret: Uint8Array;
}

export type Piece = (view: RequestView, parts: ContentParts) => string | Uint8Array | undefined;
/** Either one piece that must be there, or a group that is left out as a whole. */
type Segment = { readonly pieces: readonly (Piece | string)[]; readonly optional: boolean };

export interface ContentTemplate {
  /** The pieces of the content, or the name of what is missing. */
  render(view: RequestView, parts: ContentParts): readonly (string | Uint8Array)[] | undefined;
  /** The placeholders in it: `body`, `timestamp`, `header:X`. */
  readonly placeholders: ReadonlySet<string>;
}

/** Placeholders that a coded scheme adds, by name. */
export type OwnPlaceholders = Readonly<Record<string, Piece>>;

/** A group in brackets, or what stands outside; the brackets in a placeholder (`{json:items[0].id}`) are its own. */
const SEGMENT = /\[((?:\{[^{}]*\}|[^[\]])*)\]|(?:\{[^{}]*\}|[^[])+/g;

/** @throws SyntaxError naming a placeholder that does not exist, or where a group does not end */
export function compileContent(template: string, settings: Settings, own: OwnPlaceholders = {}): ContentTemplate {
  const placeholders = new Set<string>();
  const parts = [...template.matchAll(SEGMENT)];
  if (parts.reduce((length, [part]) => length + part.length, 0) < template.length)
    throw new SyntaxError("the content has a [ that no ] closes, or one inside another");
  const segments = parts.map((match): Segment => ({
    pieces: compilePieces(match[1] ?? match[0], settings, own, placeholders),
    optional: match[1] !== undefined,
  }));
  if (template === "{body}") return { placeholders, render: (view) => [view.request.rawBody] };
  const [only, ...others] = segments;
  if (only !== undefined && others.length === 0 && !only.optional) {
    return { placeholders, render: (view, parts) => renderPieces(only.pieces, view, parts) };
  }
  return { placeholders, render: (view, parts) => renderSegments(segments, view, parts) };
}

function renderSegments(
  segments: readonly Segment[],
  view: RequestView,
  parts: ContentParts,
): (string | Uint8Array)[] | undefined {
  const rendered: (string | Uint8Array)[] = [];
  for (const { pieces, optional } of segments) {
    const group = renderPieces(pieces, view, parts);
    if (group === undefined && !optional) return undefined;
    if (group !== undefined) rendered.push(...group);
  }
  return rendered;
}

/** The pieces of one group, neighbouring texts as one: each is a call into the hash. */
function renderPieces(
  pieces: readonly (Piece | string)[],
  view: RequestView,
  parts: ContentParts,
): (string | Uint8Array)[] | undefined {
  const rendered: (string | Uint8Array)[] = [];
  let text = "";
  for (const piece of pieces) {
    const value = typeof piece === "string" ? piece : piece(view, parts);
    if (value === undefined) return undefined;
    if (typeof value === "string") {
      text += value;
      continue;
    }
    if (text !== "") rendered.push(text);
    text = "";
    rendered.push(value);
  }
  if (text !== "") rendered.push(text);
  return rendered;
}

function compilePieces(
  text: string,
  settings: Settings,
  own: OwnPlaceholders,
  placeholders: Set<string>,
): (Piece | string)[] {
  return [...text.matchAll(/\{([^{}]+)\}|(?:[^{]|\{(?![^{}]+\}))+/g)].map((match): Piece | string => {
    const name = match[1];
    if (name === undefined) return match[0];
    placeholders.add(name);
    const piece = Object.hasOwn(own, name) ? own[name] : compilePlaceholder(name, settings);
    if (piece === undefined) throw new SyntaxError(`{${name}} is no placeholder of a signed content`);
    return piece;
  });
}

/** The placeholders that are not sources. */
const PLACEHOLDERS: Readonly<Record<string, Piece>> = {
  body: (view) => view.request.rawBody,
  "decoded-body": (view) => view.decodedBody(),
  timestamp: (_view, parts) => parts.timestamp,
  id: (_view, parts) => parts.id,
  secret: (_view, parts) => parts.secret,
  method: (view) => view.request.method,
  url: (view) => view.request.url,
  path: (view) => pathOf(view.request.url, false),
  pathquery: (view) => pathOf(view.request.url, true),
  "form:sorted": (view) => view.sortedForm(),
  "body:sha256:hex": (view) => createHash("sha256").update(view.request.rawBody).digest("hex"),
};

function compilePlaceholder(name: string, settings: Settings): Piece | undefined {
  if (Object.hasOwn(PLACEHOLDERS, name)) return PLACEHOLDERS[name];
  if (name.startsWith("lower:")) {
    const inner = compileSource(name.slice("lower:".length), settings);
    return inner && ((view) => inner(view)?.toLowerCase());
  }
  if (name.startsWith("sig:")) {
    const key = name.slice("sig:".length);
    return (_view, { placed }) => signaturePart(placed, key);
  }
  const reader: Reader | undefined = compileSource(name, settings);
  return reader && ((view) => reader(view));
}
