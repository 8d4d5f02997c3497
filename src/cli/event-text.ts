/** Events as a person reads them. */
import type { SummaryJson } from "../admin/index.ts";
import { formatDuration, stringifyJson, type JsonValue } from "../base/index.ts";
import { visible } from "../text/index.ts";
import type { CommandContext, Palette } from "./command.ts";
import { likelyCause, words } from "./refusal-words.ts";
import { table } from "./table.ts";

export function listText(events: readonly SummaryJson[], nowMs: number, context: CommandContext): string {
  const { paint } = context;
  const rows = events.map((event) => [
    visible(event.id),
    `${formatDuration(Math.max(0, nowMs - Date.parse(event.received_at)))} ago`,
    visible(event.tenant),
    visible(event.event_type),
    painted(event.status, paint) + (event.resolved_by === null ? "" : paint.good(", resolved")),
    event.verdict === "unsigned" ? paint.warning(event.verdict) : visible(event.verdict),
    event.duplicate_of === null
      ? event.runs.map(({ flow, status }) => `${visible(flow)} ${painted(status, paint)}`).join(", ")
      : visible(`duplicate of ${event.duplicate_of}`),
  ]);
  return table(["id", "received", "tenant", "type", "status", "verdict", "runs"], rows, context);
}

const BAD = new Set(["failed", "refused"]);
const OPEN = new Set(["received", "waiting", "unmatched", "queued", "running"]);

function painted(status: string, paint: Palette): string {
  const colour = BAD.has(status) ? paint.error : OPEN.has(status) ? paint.warning : paint.good;
  return colour(visible(status));
}

interface Detail {
  readonly event: SummaryJson & {
    readonly verification: Verification;
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: { readonly text: string } | { readonly base64: string } | null;
    readonly payload: JsonValue;
    readonly refused_because?: string;
    readonly accepted_from?: { readonly refusal_id: string; readonly accepted_at: string };
    /** Of a refused request. */
    readonly accepted_as?: string;
  };
  readonly response: {
    readonly status: number;
    readonly by: string;
    readonly body: JsonValue;
    readonly duration_ms?: number;
  };
  readonly runs: readonly Run[];
}

type Verification =
  | {
      readonly status: "refused";
      readonly reason: string;
      readonly detail: string;
      readonly hint: string;
      readonly likely: { readonly reason: string; readonly certain: boolean } | null;
    }
  | { readonly status: "verified"; readonly scheme: string; readonly keyName: string; readonly provider?: string }
  | { readonly status: "unsigned"; readonly sentBy?: "operator" };

interface Run {
  readonly id: string;
  readonly flow: string;
  readonly status: string;
  readonly attempt: number;
  readonly replay_of: string | null;
  readonly parent_run: string | null;
  readonly resume_at: string | null;
  readonly error: { readonly code: string; readonly message: string; readonly detail?: string } | null;
  readonly steps: readonly {
    readonly node: string;
    readonly type: string;
    readonly status: string;
    readonly attempt: number;
    readonly output: JsonValue;
    readonly error: { readonly message: string } | null;
    readonly printed: readonly string[];
    readonly duration_ms: number;
  }[];
}

const MAX_VALUE_CHARS = 500;

export function eventText(view: JsonValue, { paint }: CommandContext): string {
  const { event, response, runs } = view as unknown as Detail;
  const lines = [
    `${paint.bold(visible(event.id))}  ${visible(`${event.tenant}/${event.event_type}`)}  ${painted(event.status, paint)}`,
    visible(`  received  ${event.received_at}  ${event.method} ${event.target}`),
    ...verdictLines(event.verification, paint),
    ...(event.refused_because === undefined || event.verification.status === "refused"
      ? []
      : [visible(`  refused   ${event.refused_because}`)]),
    ...acceptedLines(event).map(visible),
    ...(event.duplicate_of === null ? [] : [visible(`  duplicate of ${event.duplicate_of}`)]),
    visible(
      `  answered  ${response.status} by ${response.by}${response.body === null ? "" : `  ${value(response.body)}`}`,
    ),
    visible(contentLine(event)),
    ...(isJsonAsForm(event) ? [`  ${paint.warning("!")} ${JSON_AS_FORM}`] : []),
    ...event.headers.map(([name, text]) => paint.dim(visible(`  ${name}: ${text}`))),
    ...runs.flatMap((run) => runLines(run, paint)),
  ];
  return `${lines.join("\n")}\n`;
}

/** That it was refused as it came, and as what it was accepted later. */
function acceptedLines({ accepted_from: from, accepted_as: as }: Detail["event"]): readonly string[] {
  if (from !== undefined) return [`  accepted  ${from.accepted_at}  it was refused as ${from.refusal_id}`];
  return as === undefined ? [] : [`  accepted  as event ${as}`];
}

const JSON_AS_FORM =
  "The body is JSON and was sent as a form, as curl does by itself: have the sender say content-type: application/json.";

/** A form that has all of its JSON for the name of a field: flows look for keys in it that are not there. */
function isJsonAsForm({ headers, body }: Detail["event"]): boolean {
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  if (body === null || !("text" in body) || !type.startsWith("application/x-www-form-urlencoded")) return false;
  if (!/^\s*[[{]/.test(body.text)) return false;
  try {
    JSON.parse(body.text);
    return true;
  } catch {
    return false;
  }
}

/** The payload as flows see it; a body that is none, because it was refused or cannot be read, as it was sent. */
function contentLine({ payload, body, body_bytes: bytes }: Detail["event"]): string {
  if (payload !== null || body === null || bytes === 0) return `  payload   ${value(payload)}`;
  return `  body      ${"text" in body ? value(body.text) : `${bytes} bytes that are no text`}`;
}

function verdictLines(verification: Verification, paint: Palette): readonly string[] {
  if (verification.status === "refused") return refusedLines(verification, paint);
  if (verification.status === "unsigned")
    return [
      `  verdict   ${paint.warning("NOT VERIFIED")}  ${paint.dim(verification.sentBy === undefined ? "no signature was checked" : "an operator's test")}`,
    ];
  const { scheme, keyName, provider } = verification;
  const parts = [...(provider === undefined ? [] : [provider]), scheme, `secret "${keyName}"`];
  return [`  verdict   ${paint.good("verified")}  ${paint.dim(visible(parts.join("  ")))}`];
}

function refusedLines(
  { reason, detail, hint, likely }: Verification & { status: "refused" },
  paint: Palette,
): readonly string[] {
  const cause = likelyCause(likely);
  return [
    `  verdict   ${paint.error("refused")}  ${visible(words(reason))}`,
    ...(cause === undefined ? [] : [visible(`  likely    ${cause}`)]),
    ...(detail === "" ? [] : [visible(`  found     ${detail}`)]),
    ...(hint === "" ? [] : [visible(`  fix       ${hint}`)]),
  ];
}

function runLines(run: Run, paint: Palette): string[] {
  const marks = [
    run.replay_of === null ? "" : "replay",
    run.parent_run === null ? "" : "started by another flow",
    run.resume_at === null ? "" : `next try ${run.resume_at}`,
  ];
  const head = `\n  ${paint.bold(visible(run.flow))}  ${painted(run.status, paint)}  try ${run.attempt}  ${paint.dim(visible([run.id, ...marks].filter(Boolean).join("  ")))}`;
  const steps = run.steps.flatMap((step) => [
    `    ${painted(step.status, paint)}  ${visible(`${step.node} (${step.type})`)}  ${paint.dim(formatDuration(step.duration_ms))}  ${visible(step.error === null ? value(step.output) : step.error.message)}`,
    ...step.printed.map((line) => `      ${paint.dim("printed:")} ${visible(line)}`),
  ]);
  const error =
    run.error === null
      ? []
      : [
          `    ${paint.error(visible(run.error.code))} ${visible(run.error.message)}`,
          ...(run.error.detail?.split("\n").map((line) => `      ${visible(line)}`) ?? []),
        ];
  return [head, ...steps, ...error];
}

function value(json: JsonValue): string {
  const text = stringifyJson(json);
  return text.length > MAX_VALUE_CHARS ? `${text.slice(0, MAX_VALUE_CHARS)}…` : text;
}
