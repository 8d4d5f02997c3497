/**
 * The answers: JSON or YAML, in the flat shape `{"events-webhook": {…}}` or the structured one with `setup_answers`.
 * Other providers' keys are none of our business: they are left alone, with a notice.
 */
import { parseDocument } from "yaml";
import { messageOf, nearest } from "../base/index.ts";

/** A mistake in the answers. */
export interface AnswerFault {
  /** JSON path, e.g. `$.events-webhook.signatures.github.secret`. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

export interface AnswerSection {
  /** The path at which the section stands, for messages. */
  readonly path: string;
  readonly section: Readonly<Record<string, unknown>>;
  /** For which tenant the structured shape is meant; undefined: for all. */
  readonly tenant?: string;
  readonly notices: readonly string[];
}

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

/** Finds our section in the text of an answers file. */
export function readAnswers(
  text: string,
): { readonly answers: AnswerSection } | { readonly faults: readonly AnswerFault[] } {
  let root: unknown;
  try {
    const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
    const [problem] = document.errors;
    if (problem !== undefined) return one("$", problem.message);
    root = document.toJS({ maxAliasCount: 100 });
  } catch (fault) {
    return one("$", messageOf(fault));
  }
  if (!isRecord(root)) return one("$", "the answers must be an object", `Write {"${SECTION}": { … }}.`);
  return isRecord(root["setup_answers"]) || "greentic_setup_version" in root
    ? structured(root)
    : flat(root, "$", undefined);
}

function structured(root: Readonly<Record<string, unknown>>): ReturnType<typeof readAnswers> {
  const { tenant, setup_answers: answers } = root;
  if (!isRecord(answers))
    return one("$.setup_answers", "must be an object", `Write "setup_answers": {"${SECTION}": { … }}.`);
  if (tenant !== undefined && typeof tenant !== "string") return one("$.tenant", "must be the name of a tenant");
  const unknown = Object.keys(root).filter((key) => !STRUCTURED_KEYS.has(key));
  const result = flat(answers, "$.setup_answers", tenant);
  if ("faults" in result) return result;
  const notices = unknown.map((key) => `"${key}" is not used by the webhook events provider; it was left alone.`);
  return { answers: { ...result.answers, notices: [...notices, ...result.answers.notices] } };
}

function flat(
  root: Readonly<Record<string, unknown>>,
  path: string,
  tenant: string | undefined,
): ReturnType<typeof readAnswers> {
  const section = root[SECTION];
  const others = Object.keys(root).filter((key) => key !== SECTION && key !== SCHEMA_KEY);
  if (section === undefined) {
    const meant = nearest(SECTION, others);
    const hint =
      meant === undefined
        ? `Add "${SECTION}": {"enabled": true, "public_base_url": "https://…"}.`
        : `Did you mean "${SECTION}" where "${meant}" stands?`;
    return one(path, `there is no "${SECTION}"`, hint);
  }
  if (!isRecord(section)) return one(`${path}.${SECTION}`, "must be an object");
  const notices = others.map((key) => `"${key}" belongs to another provider; it was left alone.`);
  return { answers: { path: `${path}.${SECTION}`, section, notices, ...(tenant !== undefined && { tenant }) } };
}

function one(path: string, message: string, hint?: string): { readonly faults: readonly AnswerFault[] } {
  return { faults: [{ path, message, ...(hint !== undefined && { hint }) }] };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
