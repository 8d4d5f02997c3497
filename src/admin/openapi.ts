/**
 * The OpenAPI 3.1 document of the admin API, made from the table of operations and the schemas that check requests and
 * type answers, so that it cannot say anything else than they do. https://spec.openapis.org/oas/v3.1.1.html
 */
import { z } from "zod";
import type { JsonObject } from "../base/index.ts";
import { operations, type Operation } from "./contract/index.ts";
import * as resources from "./contract/resources.ts";

/** A JSON schema (2020-12), as OpenAPI 3.1 takes it. */
export type JsonSchema = JsonObject;

export type Parameter = {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly schema: JsonSchema;
};

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

export type DocumentedOperation = {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security?: readonly [];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Content } | { readonly $ref: string }>
  >;
};

export type OpenApiDocument = {
  readonly openapi: "3.1.1";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly security: readonly Readonly<Record<string, readonly []>>[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Content }>>;
    readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
};

const DESCRIPTION =
  "What the inspector and the command line use, for other programs. It listens on the admin port, by default on " +
  "loopback only. Names are snake_case, times ISO 8601 in UTC, durations end in `_ms`. What may be sensitive is masked " +
  "until it is revealed. Mistakes are told as problem documents (RFC 9457), all of a request at once.";

const SCHEMAS = "#/components/schemas/";

/** Operations that a client uses before it has a session. */
const OPEN: ReadonlySet<string> = new Set(["login"]);

/** @param version of gtc */
export function openApiDocument(version: string): OpenApiDocument {
  const schemas = namedSchemas();
  const entries: readonly (readonly [string, Operation])[] = Object.entries(operations);
  const paths: Record<string, Record<string, DocumentedOperation>> = {};
  for (const [name, operation] of entries) {
    const path = (paths[operation.path] ??= {});
    path[operation.method.toLowerCase()] = documented(name, operation, schemas);
  }
  const tags = [...new Set(entries.map(([, operation]) => tagOf(operation)))];
  return {
    openapi: "3.1.1",
    info: { title: "gtc admin API", version, description: DESCRIPTION },
    servers: [{ url: "http://127.0.0.1:8081", description: "The admin port, where it is by default" }],
    security: [{ token: [] }, { session: [] }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.byName,
      responses: {
        Problem: {
          description: "The request was refused; the document says why and, in `errors`, where",
          content: { "application/problem+json": { schema: { $ref: `${SCHEMAS}Problem` } } },
        },
      },
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: "The token that `gtc start` prints as a part of its link, also in `state/gateway.json`",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "gtc_admin_8081",
          description: "What `POST /api/login` sets; its name ends with the admin port",
        },
      },
    },
  };
}

function documented(name: string, operation: Operation, schemas: NamedSchemas): DocumentedOperation {
  const { method, summary, params, query, body, status } = operation;
  return {
    operationId: name,
    summary,
    tags: [tagOf(operation)],
    ...(OPEN.has(name) && { security: [] as const }),
    parameters: [...parametersOf(params, "path"), ...parametersOf(query, "query")],
    ...(method === "POST" &&
      body !== undefined && {
        requestBody: { required: true, content: { "application/json": { schema: jsonSchemaOf(body) } } },
      }),
    responses: {
      [status]: { description: summary, content: contentOf(operation, schemas) },
      "4XX": { $ref: "#/components/responses/Problem" },
      "5XX": { $ref: "#/components/responses/Problem" },
    },
  };
}

function contentOf({ answer, mediaType }: Operation, schemas: NamedSchemas): Content {
  if (answer !== undefined) return { "application/json": { schema: schemas.of(answer) } };
  const types = (mediaType ?? "application/octet-stream").split(", ");
  return Object.fromEntries(
    types.map((type) => [type, { schema: { type: type === "application/json" ? "object" : "string" } }]),
  );
}

function parametersOf(schema: z.ZodObject, place: Parameter["in"]): Parameter[] {
  const { properties = {}, required = [] } = jsonSchemaOf(schema) as {
    properties?: Readonly<Record<string, JsonSchema>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }));
}

/** `/api/events/{id}` belongs to `events`. */
function tagOf({ path }: Operation): string {
  return path.split("/")[2] ?? "";
}

interface NamedSchemas {
  readonly byName: Readonly<Record<string, JsonSchema>>;
  /** A reference to a schema that has a name. */
  of(schema: z.ZodType): JsonSchema;
}

/** The resources, and the answers that are none by themselves, each once and under its name. */
function namedSchemas(): NamedSchemas {
  const registry = z.registry<{ id: string }>();
  const add = (schema: unknown, name: string): void => {
    if (schema instanceof z.ZodType && !registry.has(schema))
      registry.add(schema, { id: name.charAt(0).toUpperCase() + name.slice(1) });
  };
  for (const [name, schema] of Object.entries(resources)) add(schema, name);
  for (const [name, { answer }] of Object.entries<Operation>(operations)) add(answer, `${name}Answer`);
  const { schemas } = z.toJSONSchema(registry, { ...RULES, io: "output", uri: (id) => SCHEMAS + id });
  return {
    byName: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare(schema as JsonSchema)])),
    of: (schema) => ({ $ref: `${SCHEMAS}${registry.get(schema)?.id ?? ""}` }),
  };
}

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return bare(z.toJSONSchema(schema, { ...RULES, io: "input" }) as JsonSchema);
}

/** The document says once which dialect it speaks, and places its schemas itself. */
function bare({ $schema: _dialect, $id: _place, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

const RULES = {
  unrepresentable: "any",
  /** Leaves out what says no more than the keyword beside it. */
  override: ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void => {
    if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  },
} as const;
