/**
 * The options of `events-webhook`, once: the validator knows options by these names, and the JSON Schema for editors and
 * the reference page are made from them.
 */
type Schema = Readonly<Record<string, unknown>>;

export interface AnswerOption {
  readonly name: string;
  readonly isRequired?: true;
  /** Whether a tenant may have its own. */
  readonly perTenant?: true;
  readonly schema: Schema;
  readonly fallback?: string;
  readonly summary: string;
}

const HEADER: Schema = { type: "string", pattern: "^[\\w!#$%&'*+.^`|~-]+$" };
const TEXT: Schema = { type: "string", minLength: 1 };
/** Where a secret is kept that setup does not seal. */
const EXTERNAL: readonly Schema[] = [{ env: TEXT }, { file: TEXT, overlap: TEXT }].map((properties) => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(properties).slice(0, 1),
  properties,
}));
/** A secret: its text, `$NAME` (taken from the environment and sealed), or where it is read. */
export const SECRET: Schema = { anyOf: [TEXT, ...EXTERNAL] };

export const ANSWER_OPTIONS: readonly AnswerOption[] = [
  {
    name: "enabled",
    isRequired: true,
    schema: { type: "boolean" },
    summary: "Whether webhooks are received. With `false` each gets 404.",
  },
  {
    name: "public_base_url",
    isRequired: true,
    schema: { type: "string", pattern: "^(https://|http://(localhost|127\\.|\\[::1\\])|\\$)" },
    summary: "The address under which senders reach the gateway: https, or http on loopback; no query, no fragment.",
  },
  {
    name: "secret_header",
    perTenant: true,
    schema: HEADER,
    summary: "The header that carries the signature of every event type without an entry in `signatures`.",
  },
  {
    name: "secret_key",
    perTenant: true,
    schema: SECRET,
    summary: "The secret for `secret_header`: HMAC-SHA256 of the raw body in hex, with or without `sha256=`.",
  },
  {
    name: "signatures",
    perTenant: true,
    schema: { type: "object", additionalProperties: { $ref: "#/definitions/signature" } },
    summary: "How requests are verified, by event type.",
  },
  {
    name: "require_signature",
    perTenant: true,
    schema: { type: "boolean" },
    fallback: "`false`",
    summary: "Refuse event types for which no signature is configured.",
  },
  {
    name: "replay_guard",
    perTenant: true,
    schema: { enum: ["off", "strict"] },
    fallback: "`off`",
    summary:
      "With `strict`, a signed body that was already seen is refused when it comes under another id that the signature does not cover. Off by default: identical bodies can be legitimate.",
  },
  {
    name: "max_body_bytes",
    perTenant: true,
    schema: { type: "integer", minimum: 1 },
    fallback: "`max_body_bytes` of the configuration",
    summary: "Largest body that is accepted, in bytes; 413 beyond it.",
  },
  {
    name: "tenants",
    schema: { type: "object", additionalProperties: { $ref: "#/definitions/tenant" } },
    summary: "A tenant's own options, by the tenant's name; they go before those of all tenants.",
  },
];

export const OPTION_NAMES: readonly string[] = ANSWER_OPTIONS.map(({ name }) => name);
export const TENANT_OPTION_NAMES: readonly string[] = ANSWER_OPTIONS.filter(({ perTenant }) => perTenant).map(
  ({ name }) => name,
);
