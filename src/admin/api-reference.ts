/** `docs/reference/api.md`, made from the OpenAPI document. */
import { openApiDocument, type DocumentedOperation, type JsonSchema, type OpenApiDocument } from "./openapi.ts";

const HEAD = `# The admin API

What the inspector and \`gtc events\` use is there for other programs as well. It listens on the admin port (\`admin_port\`, by default 8081 on loopback)
while \`gtc start\` runs. The machine-readable form of this page is [openapi.json](openapi.json); a running gateway serves it at \`/api/openapi.json\`.

\`\`\`sh
token=$(node -p 'require("./my-bundle/state/gateway.json").token')
curl -H "authorization: Bearer $token" 'http://127.0.0.1:8081/api/events?status=failed'
\`\`\`

- **Access.** Programs send the token as a bearer token. A browser exchanges it once for a cookie that no script can read and no other site can send
  (\`POST /api/login\`). Requests under another host name or from another site are refused with 403, also when they carry the token. Too many
  logins with a wrong token are answered with 429.
- **Lists** are newest first. \`next_cursor\` goes on after the last item; \`searched_to\` is set when a page was cut short by its time limit, and says how
  far back it looked.
- **Mistakes** are problem documents (RFC 9457). \`errors\` names every mistake of a request at once, with its path.
- **Masking.** Credentials and signatures in headers and in the query, and the fields that \`mask_paths\` names, are masked in every answer until
  \`POST /api/events/{id}/reveal\` asks for one. Reveals, replays, downloads and logins are written to the audit trail.
- **The stream** sends server-sent events. Whoever connects again with the last id as \`Last-Event-ID\` gets what came in between; a \`gap\` says that more
  was lost than is kept, and that lists should be loaded anew.

\`/healthz\`, \`/readyz\` and \`/metrics\` on the same port need no token. \`/readyz\` answers 200 \`{"status": "ready", "backlog": 0, "projection_lag_bytes": 0}\`
(runs that wait; journal bytes that the index has not applied yet), or 503 \`{"status": "unavailable", "because": "…"}\` while events cannot be stored,
or 503 \`{"status": "stopping"}\` from the moment the gateway begins to stop. \`/healthz\` answers 200 for as long as the process answers.
To \`/healthz\` with \`x-gtc-challenge: TEXT\`, the gateway proves in \`x-gtc-proof\` that it has the token: HMAC-SHA256, under the token, of
\`proof of the gateway, version 1: TEXT\`, in base64url. So commands know that they speak to their gateway before they tell it the token.

## Operations
`;

export function apiReferencePage(): string {
  const { paths, components } = openApiDocument("");
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationText(method.toUpperCase(), path, operation)),
  );
  const schemas = Object.entries(components.schemas).map(([name, schema]) => schemaText(name, schema));
  return `${HEAD}\n${operations.join("\n")}\n## Resources\n\n${schemas.join("\n")}`;
}

function operationText(method: string, path: string, operation: DocumentedOperation): string {
  const { summary, parameters, requestBody, responses } = operation;
  const rows = parameters
    .filter((parameter) => parameter.in === "query")
    .map(({ name, schema }) => fieldRow(name, schema));
  const body = requestBody?.content["application/json"]?.schema;
  const bodyRows = body === undefined ? [] : fieldRows(body);
  return [
    `### ${method} ${path}`,
    `${summary}. ${answerText(responses)}`,
    ...(rows.length === 0 ? [] : [table("Query", rows)]),
    ...(bodyRows.length === 0 ? [] : [table("Body", bodyRows)]),
  ]
    .join("\n\n")
    .concat("\n");
}

function answerText(responses: DocumentedOperation["responses"]): string {
  const [status, response] = Object.entries(responses)[0] ?? [];
  if (response === undefined || !("content" in response)) return `Answers ${status ?? ""}.`;
  const contents = Object.entries(response.content ?? {});
  const shown = contents.map(([type, { schema }]) => (schema["$ref"] === undefined ? `\`${type}\`` : typeText(schema)));
  return `Answers ${status ?? ""}: ${shown.join(" or ")}.`;
}

function schemaText(name: string, schema: JsonSchema): string {
  const rows = fieldRows(schema);
  return `### ${name}\n\n${rows.length === 0 ? typeText(schema) : table("Field", rows)}\n`;
}

function table(head: string, rows: readonly string[]): string {
  return `| ${head} | Type |\n| --- | --- |\n${rows.join("\n")}`;
}

function fieldRows(schema: JsonSchema): string[] {
  const properties = (schema["properties"] ?? {}) as OpenApiDocument["components"]["schemas"];
  return Object.entries(properties).map(([name, property]) => fieldRow(name, property));
}

function fieldRow(name: string, schema: JsonSchema): string {
  const fallback = schema["default"] === undefined ? "" : `; by default \`${JSON.stringify(schema["default"])}\``;
  return `| \`${name}\` | ${typeText(schema).replaceAll("|", String.raw`\|`)}${fallback} |`;
}

/** A schema in a few words. */
function typeText(schema: JsonSchema): string {
  const { $ref, type, format, items, properties, additionalProperties } = schema;
  const options = (schema["anyOf"] ?? schema["oneOf"]) as readonly JsonSchema[] | undefined;
  const words = schema["enum"] as readonly unknown[] | undefined;
  if (typeof $ref === "string") return linkTo($ref);
  if (options !== undefined) return options.map(typeText).join(" or ");
  if (words !== undefined) return words.map((word) => `\`${String(word)}\``).join(", ");
  if (schema["const"] !== undefined) return `\`${JSON.stringify(schema["const"])}\``;
  if (Array.isArray(type)) return type.map(String).join(" or ");
  if (format === "date-time") return "time";
  const places = schema["prefixItems"] as readonly JsonSchema[] | undefined;
  if (places !== undefined) return tupleText(places, Number(schema["minItems"] ?? places.length));
  if (type === "array") return `list of ${items === undefined ? "anything" : typeText(items as JsonSchema)}`;
  if (properties !== undefined) {
    const fields = Object.entries(properties as Readonly<Record<string, JsonSchema>>);
    return `{ ${fields.map(([name, property]) => `\`${name}\`: ${typeText(property)}`).join("; ")} }`;
  }
  if (typeof additionalProperties === "object") return `object of ${typeText(additionalProperties as JsonSchema)}`;
  return typeof type === "string" ? type : "any JSON";
}

function tupleText(places: readonly JsonSchema[], least: number): string {
  return `[${places.map((place, index) => typeText(place) + (index < least ? "" : " (optional)")).join(", ")}]`;
}

function linkTo(reference: string): string {
  const name = reference.slice(reference.lastIndexOf("/") + 1);
  return `[${name}](#${name.toLowerCase()})`;
}
