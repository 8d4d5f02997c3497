/**
 * `http_response`: answers the sender. With `next` the run goes on after the answer is sent.
 */
import { z } from "zod";
import { stringifyJson, type JsonValue } from "../base/index.ts";
import type { Answer } from "../event/index.ts";
import { jsonValueSchema } from "./config-schemas.ts";
import type { NodeType, Outcome } from "./node-type.ts";
import { outputFromValue } from "./output.ts";
import { compileConfigTemplate, failureOfRendering, renderTemplate } from "./template-config.ts";

/** RFC 9110 section 5.6.2: a field name is a token. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110 section 5.5, without the obsolete bytes above ASCII. */
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;
/** The server writes these itself; a second value would break the framing of the answer (RFC 9112 section 6). */
const FRAMING: ReadonlySet<string> = new Set([
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "upgrade",
  "trailer",
  "date",
]);

const headerValue = z.union([z.string(), z.number(), z.boolean()]);

const configSchema = z.strictObject({
  status: z
    .union([z.int().min(200).max(599), z.string().regex(/\{\{/)])
    .default(200)
    .describe("The HTTP status, 200 to 599; may be a `{{path}}`."),
  headers: z
    .record(z.string().regex(HEADER_NAME), headerValue)
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
    let usable = true;
    for (const name of Object.keys(config.headers ?? {})) {
      if (!FRAMING.has(name.toLowerCase())) continue;
      const message = `The header \`${name}\` is written by the gateway itself.`;
      context.report({ level: "error", code: "bad-header", message, hint: "Leave it out.", path: ["headers", name] });
      usable = false;
    }
    const template = compileConfigTemplate(config as unknown as JsonValue, [], context);
    if (template === undefined || !usable) return undefined;
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

function respond(config: HttpResponseConfig): Outcome {
  const status = Number(config.status);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    return refused(`The status must be a number from 200 to 599, but is ${JSON.stringify(String(config.status))}.`);
  const { body, defaultType } = bodyOf(config.body);
  const headers: Record<string, string> = {};
  const contentType = config.content_type ?? defaultType;
  if (contentType !== undefined) headers["content-type"] = contentType;
  for (const [name, value] of Object.entries(config.headers ?? {})) headers[name.toLowerCase()] = textOf(value);
  const bad = Object.entries(headers).find(([, value]) => !HEADER_VALUE.test(value));
  if (bad !== undefined) return refused(`The header \`${bad[0]}\` may only hold printable ASCII characters.`);
  const answer: Answer = { status, headers, body: hasNoBody(status) ? "" : body };
  return { kind: "respond", answer, output: outputFromValue({ status, body: config.body ?? null }) };
}

function textOf(value: JsonValue): string {
  return value !== null && typeof value === "object" ? stringifyJson(value) : String(value ?? "");
}

function bodyOf(body: JsonValue | undefined): { body: string; defaultType?: string } {
  if (body === undefined) return { body: "" };
  if (typeof body === "string") return { body, defaultType: "text/plain; charset=utf-8" };
  return { body: stringifyJson(body), defaultType: "application/json" };
}

/** RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5. */
function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

function refused(message: string): Outcome {
  return { kind: "failed", error: { code: "bad-answer", message, retryable: false } };
}
