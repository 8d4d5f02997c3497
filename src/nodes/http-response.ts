/**
 * `http_response`: answers the sender. With `next` the run goes on after the answer is sent.
 */
import { z } from "zod";
import { stringifyJson, type JsonValue } from "../base/index.ts";
import { hasNoBody, type Answer } from "../event/index.ts";
import { jsonValueSchema, mapOf } from "./config-schemas.ts";
import type { ConfigFault, ConfigPath, NodeType, Outcome } from "./node-type.ts";
import { outputFromValue } from "./output.ts";
import { compileConfigTemplate, failureOfRendering, renderTemplate } from "./template-config.ts";

/** RFC 9110 section 5.6.2: a field name is a token. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110 section 5.5, without the obsolete bytes above ASCII. */
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;
/**
 * The server writes these itself, and what belongs to the connection alone is no part of an answer (RFC 9112 section 6, RFC
 * 9110 section 7.6.1).
 */
const FRAMING: ReadonlySet<string> = new Set([
  "content-length",
  "transfer-encoding",
  "connection",
  "proxy-connection",
  "keep-alive",
  "te",
  "upgrade",
  "trailer",
  "date",
]);
const STATUS_TEXT = /^[2-5]\d\d$/;

/** An integer beyond 2^53 is a `bigint`. */
const headerValue = z.preprocess(
  (value) => (typeof value === "bigint" ? String(value) : value),
  z.union([z.string(), z.number(), z.boolean()]),
);

const configSchema = z.strictObject({
  status: z
    .union([
      z.int().min(200).max(599),
      z.string().regex(/\{\{/, "must be a whole number from 200 to 599, without quotes, or a `{{path}}`"),
    ])
    .default(200)
    .describe("The HTTP status, 200 to 599; may be a `{{path}}`."),
  headers: mapOf(z.string().regex(HEADER_NAME), headerValue)
    .optional()
    .describe("Headers of the answer; values may hold `{{…}}`."),
  body: jsonValueSchema
    .optional()
    .describe("An object or list is sent as JSON, a text as it is. Texts in it may hold `{{…}}`."),
  content_type: z
    .string()
    .min(1)
    .optional()
    .describe("Default: `application/json` for an object or list, `text/plain; charset=utf-8` for a text."),
});

type HttpResponseConfig = z.infer<typeof configSchema>;

export const httpResponseNode: NodeType<HttpResponseConfig> = {
  type: "http_response",
  summary: "Answers the sender; with `next`, the run goes on after the answer.",
  configSchema,
  compile(config, context) {
    const faults = headerFaults(config);
    for (const fault of faults) context.report(fault);
    const template = compileConfigTemplate(config as unknown as JsonValue, [], context);
    if (template === undefined || faults.length > 0) return undefined;
    return {
      execute(step) {
        try {
          return respond(renderTemplate(template, step) as unknown as HttpResponseConfig);
        } catch (thrown) {
          return failureOfRendering(thrown);
        }
      },
    };
  },
};

/** What can be told of the headers before their values are known. */
function headerFaults({ headers = {}, content_type: contentType }: HttpResponseConfig): readonly ConfigFault[] {
  const faults: ConfigFault[] = [];
  const report = (message: string, hint: string, path: ConfigPath): void =>
    void faults.push({ level: "error", code: "bad-header", message, hint, path });
  const seen = new Set<string>();
  if (contentType !== undefined) {
    seen.add("content-type");
    if (!isSendable(contentType)) report("`content_type` " + UNSENDABLE, ENCODE, ["content_type"]);
  }
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (FRAMING.has(key))
      report(`The header \`${name}\` is written by the gateway itself.`, "Leave it out.", ["headers", name]);
    else if (seen.has(key))
      report(`\`${key}\` is given twice; only one would be sent.`, "Keep one of them.", ["headers", name]);
    if (!isSendable(String(value))) report(`The header \`${name}\` ${UNSENDABLE}`, ENCODE, ["headers", name]);
    seen.add(key);
  }
  return faults;
}

const UNSENDABLE = "may only hold printable ASCII characters.";
const ENCODE = "Encode what is beyond them, e.g. as `%C3%A9`.";

/** Whether a value can be sent; of one with `{{…}}` that is known when it is rendered. */
function isSendable(value: string): boolean {
  return value.includes("{{") || HEADER_VALUE.test(value);
}

function respond(config: HttpResponseConfig): Outcome {
  const status = statusOf(config.status);
  if (status === undefined)
    return refused(
      `The status must be a number from 200 to 599, but is ${stringifyJson(config.status).slice(0, 100)}.`,
    );
  const { body, defaultType } = bodyOf(config.body);
  // What a template gave may be anything; nothing means the default.
  const contentType = textOf(config.content_type ?? "") || defaultType;
  const given = Object.entries(config.headers ?? {}).map(([name, value]) => [name.toLowerCase(), textOf(value)]);
  // From entries: a header may be called `__proto__`.
  const headers = Object.fromEntries([
    ...(contentType === undefined ? [] : [["content-type", contentType]]),
    ...given,
  ]) as Record<string, string>;
  const bad = Object.entries(headers).find(([, value]) => !HEADER_VALUE.test(value));
  if (bad !== undefined) return refused(`The header \`${bad[0]}\` ${UNSENDABLE}`);
  const answer: Answer = { status, headers, body: hasNoBody(status) ? "" : body };
  return { kind: "respond", answer, output: outputFromValue({ status, headers, body: config.body ?? null }) };
}

/** A number, or its three digits where a template made a text of it. */
function statusOf(status: JsonValue): number | undefined {
  const given = typeof status === "string" && STATUS_TEXT.test(status) ? Number(status) : status;
  return typeof given === "number" && Number.isInteger(given) && given >= 200 && given <= 599 ? given : undefined;
}

function textOf(value: JsonValue): string {
  return value !== null && typeof value === "object" ? stringifyJson(value) : String(value ?? "");
}

function bodyOf(body: JsonValue | undefined): { body: string; defaultType?: string } {
  if (body === undefined) return { body: "" };
  if (typeof body === "string") return { body, defaultType: "text/plain; charset=utf-8" };
  return { body: stringifyJson(body), defaultType: "application/json" };
}

function refused(message: string): Outcome {
  return { kind: "failed", error: { code: "bad-answer", message, retryable: false } };
}
