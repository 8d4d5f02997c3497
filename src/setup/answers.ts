/**
 * The answers: JSON or YAML, in the flat shape `{"events-webhook": {…}}` or the structured one with `setup_answers`.
 * Other providers' keys are none of our business: they are left alone, with a notice.
 */
import { isAlias, isCollection, isNode, LineCounter, parseDocument, visit, type YAMLError } from "yaml";
import { messageOf, nearest } from "../base/index.ts";
import { memberPath, placeAt, placeOfPath, type AnswerPlace } from "./answer-places.ts";

/** A mistake in the answers. */
export interface AnswerFault {
  /** JSON path, e.g. `$.events-webhook.signatures.github.secret`. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
  /** Where in the text it stands. The line itself is never shown: it may hold a secret. */
  readonly place?: AnswerPlace;
}

export interface AnswerSection {
  /** The path at which the section stands, for messages. */
  readonly path: string;
  readonly section: Readonly<Record<string, unknown>>;
  /** For which tenant the structured shape is meant; undefined: for all. */
  readonly tenant?: string;
  readonly notices: readonly string[];
  /** Where a path stands in the text. */
  readonly placeOf: (path: string) => AnswerPlace;
}

type Read = { readonly answers: AnswerSection } | { readonly faults: readonly AnswerFault[] };

/** How the file is called that `gtc init` writes and that people keep in their bundle. */
export const ANSWER_FILES: readonly string[] = ["answers.json", "answers.yaml", "answers.yml"];

const SECTION = "events-webhook";
/** The editor's own: where the JSON Schema is. */
const SCHEMA_KEY = "$schema";
const STRUCTURED_KEYS = new Set([
  SCHEMA_KEY,
  "greentic_setup_version",
  "bundle_source",
  "tenant",
  "team",
  "env",
  "platform_setup",
  "setup_answers",
]);

const MAX_SYNTAX_FAULTS = 10;

/** Finds our section in the text of an answers file. */
export function readAnswers(text: string): Read {
  const lines = new LineCounter();
  // A pretty error shows the line, and a warning what stands there; both may be a secret.
  const document = parseDocument(text, {
    prettyErrors: false,
    logLevel: "error",
    uniqueKeys: true,
    lineCounter: lines,
  });
  if (document.errors.length > 0) {
    const broken = jsonBreak(text);
    if (broken !== undefined) return { faults: [syntaxFault(broken, lines)] };
    return { faults: document.errors.slice(0, MAX_SYNTAX_FAULTS).map((error) => syntaxFault(error, lines)) };
  }
  const misread = misreadFault(document, lines);
  if (misread !== undefined) return { faults: [misread] };
  const placeOf = (path: string): AnswerPlace => placeOfPath(document.contents, lines, path);
  const read = readRoot(document, placeOf);
  if ("faults" in read) return { faults: withPlaces(read.faults, placeOf) };
  const tags = unknownTags(document, read.answers.path);
  return tags.length === 0 ? read : { faults: tags.map((offset) => ({ ...TAG_FAULT, place: placeAt(offset, lines) })) };
}

/** The faults in the order of the text, each with its place. */
export function withPlaces(faults: readonly AnswerFault[], placeOf: AnswerSection["placeOf"]): readonly AnswerFault[] {
  return faults
    .map((fault) => ({ ...fault, place: placeOf(fault.path) }))
    .toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
}

/**
 * Where JSON breaks, if the engine tells: YAML's rules lead to other places, e.g. when a comma is missing. Those of its
 * messages that name a place quote nothing of the text.
 */
function jsonBreak(text: string): Pick<YAMLError, "message" | "pos"> | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (fault) {
    const [, message = "", position] = /^(.*) in JSON at position (\d+)/.exec(messageOf(fault)) ?? [];
    return position === undefined ? undefined : { message, pos: [Number(position), Number(position)] };
  }
}

/** What stands there may be a secret: a message ends where it would be quoted. */
function unquoted(message: string): string {
  return message.split(":")[0] ?? "";
}

function syntaxFault({ message, pos: [offset] }: Pick<YAMLError, "message" | "pos">, lines: LineCounter): AnswerFault {
  return {
    path: "$",
    message: `is neither JSON nor YAML there: ${unquoted(message)}`,
    place: placeAt(offset, lines),
  };
}

const ALIAS_FAULT = {
  path: "$",
  message: "stands for a value elsewhere, as it begins with `*`, and there is none of that name",
  hint: "Put a text that begins with `*` in quotes.",
} as const;

const KEY_FAULT = {
  path: "$",
  message: "has an object or a list for a name there",
  hint: "Put what begins with `{` or `[` in quotes, and write `name: value`.",
} as const;

/**
 * The first place that YAML reads as something else than a text: an alias of a value that is not there, or a name that is
 * an object or a list. As a text of its own such a name would be shown wherever its value has a fault.
 */
function misreadFault(document: ReturnType<typeof parseDocument>, lines: LineCounter): AnswerFault | undefined {
  let fault: AnswerFault | undefined;
  const found = (what: typeof ALIAS_FAULT | typeof KEY_FAULT, node: unknown): symbol => {
    fault = { ...what, place: placeAt(isNode(node) ? (node.range?.[0] ?? 0) : 0, lines) };
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_key, alias) => (alias.resolve(document) === undefined ? found(ALIAS_FAULT, alias) : undefined),
    Pair: (_key, { key }) =>
      isCollection(isAlias(key) ? key.resolve(document) : key) ? found(KEY_FAULT, key) : undefined,
  });
  return fault;
}

const TAG_FAULT = {
  path: "$",
  message: "has a tag that means nothing here, as it begins with `!`; the text behind it would be taken as it stands",
  hint: 'Write "$NAME" for what the environment holds, and a text that begins with `!` in quotes.',
} as const;

/** Where tags stand in our section that nobody knows, such as another program's `!ENV NAME`. */
function unknownTags(document: ReturnType<typeof parseDocument>, path: string): readonly number[] {
  const section: unknown = document.getIn(path.split(".").slice(1), true);
  const [start, end] = isNode(section) && section.range ? section.range : [0, 0];
  return document.warnings
    .filter(({ code, pos: [at] }) => code === "TAG_RESOLVE_FAILED" && at >= start && at < end)
    .map(({ pos: [at] }) => at);
}

function readRoot(document: ReturnType<typeof parseDocument>, placeOf: AnswerSection["placeOf"]): Read {
  let root: unknown;
  try {
    root = document.toJS({ maxAliasCount: 100 });
  } catch (fault) {
    return one("$", unquoted(messageOf(fault)));
  }
  if (root === null) return one("$", "there is nothing in it", "`gtc setup --emit-answers FILE` writes a template.");
  if (!isRecord(root)) return one("$", "the answers must be an object", `Write {"${SECTION}": { … }}.`);
  return "setup_answers" in root || "greentic_setup_version" in root
    ? structured(root, placeOf)
    : flat(root, { path: "$", placeOf });
}

function structured(root: Readonly<Record<string, unknown>>, placeOf: AnswerSection["placeOf"]): Read {
  const { tenant, setup_answers: answers } = root;
  if (!isRecord(answers))
    return one("$.setup_answers", "must be an object", `Write "setup_answers": {"${SECTION}": { … }}.`);
  if (tenant !== undefined && typeof tenant !== "string") return one("$.tenant", "must be the name of a tenant");
  if (root[SECTION] !== undefined)
    return one(
      `$.${SECTION}`,
      'stands beside "setup_answers", in which it belongs then',
      "Keep one of the two shapes.",
    );
  const unknown = Object.keys(root).filter((key) => !STRUCTURED_KEYS.has(key));
  const result = flat(answers, { path: "$.setup_answers", placeOf, ...(tenant !== undefined && { tenant }) });
  if ("faults" in result) return result;
  const notices = unknown.map((key) => `"${key}" is not used by the webhook events provider; it was left alone.`);
  return { answers: { ...result.answers, notices: [...notices, ...result.answers.notices] } };
}

function flat(
  root: Readonly<Record<string, unknown>>,
  { path, ...more }: Pick<AnswerSection, "path" | "placeOf" | "tenant">,
): Read {
  const section = root[SECTION];
  const others = Object.keys(root).filter((key) => key !== SECTION && key !== SCHEMA_KEY);
  if (section === undefined) {
    const meant = nearest(SECTION, others);
    const hint =
      meant === undefined
        ? `Add "${SECTION}": {"enabled": true, "public_base_url": "https://…"}.`
        : `Did you mean "${SECTION}" where "${meant}" stands?`;
    return one(meant === undefined ? path : memberPath(path, meant), `there is no "${SECTION}"`, hint);
  }
  if (!isRecord(section)) return one(`${path}.${SECTION}`, "must be an object");
  const notices = others.map((key) =>
    key === "tenant" && path === "$"
      ? '"tenant" counts only beside "setup_answers": these answers are for all tenants.'
      : `"${key}" belongs to another provider; it was left alone.`,
  );
  return { answers: { path: `${path}.${SECTION}`, section, notices, ...more } };
}

function one(path: string, message: string, hint?: string): { readonly faults: readonly AnswerFault[] } {
  return { faults: [{ path, message, ...(hint !== undefined && { hint }) }] };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
