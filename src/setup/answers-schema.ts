/**
 * The JSON Schema of answers files, for editors (draft 7, which they know best). What only the schemes can tell (whether
 * a secret has the form that its provider needs) is not in it: `gtc setup --dry-run` says it.
 */
import { ANSWER_OPTIONS, SECRET, type AnswerOption } from "./answer-options.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** @param providers the names to offer for `provider` */
export function answersJsonSchema(providers: readonly string[]): JsonSchema {
  const flat = { "events-webhook": { $ref: "#/definitions/options" } };
  const structured = { setup_answers: { type: "object", properties: flat, required: ["events-webhook"] } };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "gtc answers",
    description: "The answers that `gtc setup` reads: how webhooks are received and verified.",
    type: "object",
    anyOf: [
      { required: ["events-webhook"], not: { anyOf: [has("setup_answers"), has("greentic_setup_version")] } },
      { required: ["setup_answers"], not: has("events-webhook") },
    ],
    properties: {
      ...flat,
      greentic_setup_version: { type: "string" },
      tenant: { type: "string", description: "The tenant that the answers are for. Default: all." },
      env: { type: "string" },
      ...structured,
    },
    definitions: {
      options: objectOf(ANSWER_OPTIONS),
      tenant: objectOf(ANSWER_OPTIONS.filter(({ perTenant }) => perTenant)),
      signature: signatureSchema(providers),
    },
  };
}

function has(name: string): JsonSchema {
  return { required: [name] };
}

function objectOf(options: readonly AnswerOption[]): JsonSchema {
  const isThere = (name: string): boolean => options.some((option) => option.name === name);
  return {
    type: "object",
    additionalProperties: false,
    required: options.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    properties: Object.fromEntries(options.map(({ name, schema, summary }) => [name, withSummary(schema, summary)])),
    ...(isThere("secret_key") && {
      dependencies: { secret_header: ["secret_key"], secret_key: ["secret_header"] },
    }),
  };
}

/** Draft 7 ignores what stands beside a `$ref`. */
function withSummary(schema: JsonSchema, description: string): JsonSchema {
  return "$ref" in schema ? schema : { ...schema, description };
}

/** Providers have settings of their own, so other properties are left to the validation. */
function signatureSchema(providers: readonly string[]): JsonSchema {
  const description =
    'The secret, $NAME to take it from the environment now, or { "env": "NAME" } or { "file": "PATH" } to read it at every start, the file also when it changes.';
  const secret = { ...SECRET, description };
  return {
    type: "object",
    properties: {
      // Other names of a provider are accepted too; the list is what an editor offers.
      provider: {
        anyOf: [{ enum: providers }, { type: "string" }],
        description: "A known sender; `gtc providers` lists them.",
      },
      algorithm: {
        enum: ["sha256", "sha1", "sha512", "stripe", "token", "bearer", "basic", "ip", "none"],
        description: "How the request is verified, where the sender is no known provider.",
      },
      header: { type: "string", description: "The header with the signature or token." },
      scheme: { type: "object", description: "A scheme that is written out." },
      secret,
      secrets: {
        type: "array",
        minItems: 1,
        maxItems: 8,
        description: "Several secrets, while one replaces another.",
        items: {
          anyOf: [
            secret,
            {
              type: "object",
              additionalProperties: false,
              required: ["secret"],
              properties: { name: { type: "string" }, secret, not_after: { type: "string", format: "date-time" } },
            },
          ],
        },
      },
      settings: { type: "object", additionalProperties: { type: "string" } },
      tolerance: { type: "number", exclusiveMinimum: 0, maximum: 604_800, description: "Seconds." },
      url: { type: "string", description: "The URL as configured at the sender, where it signs the URL." },
      allow_ips: { type: "array", minItems: 1, items: { type: "string" } },
      event_type_from: { type: "string" },
      delivery_id_from: { type: "string" },
    },
  };
}
