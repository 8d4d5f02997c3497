/** Judges requests to the admin API and its answers by the OpenAPI document that the gateway itself serves. */
import { createRequire } from "node:module";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import type { FormatsPlugin } from "ajv-formats";

// Its default export is a CommonJS one, which TypeScript and Node see differently.
const addFormats = createRequire(import.meta.url)("ajv-formats") as FormatsPlugin;

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface Documented {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  readonly responses: Readonly<Record<string, Response>>;
}

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
}

export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

export class ApiContract {
  /** Operations of which a good answer was seen. */
  readonly seen = new Set<string>();
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  /** What stands in a query is text. */
  readonly #ofQueries = new Ajv2020({ strict: false, allErrors: true, coerceTypes: true });

  constructor(document: Document) {
    this.#document = document;
    addFormats(this.#ajv);
    addFormats(this.#ofQueries);
    // Its pattern says what it is.
    this.#ajv.addFormat("base64", true);
    this.#ajv.addSchema(document, "api");
  }

  get operations(): readonly string[] {
    return Object.values(this.#document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
  }

  /** What is wrong with an answer; empty when it is as documented. */
  faultsOf(method: string, path: string, { status, contentType, text }: ApiAnswer): readonly string[] {
    const found = this.#find(method, path);
    if (found === undefined) return [`${method} ${path} is not documented`];
    const [pattern, { operationId, responses }] = found;
    const key = [String(status), `${String(status)[0] ?? ""}XX`].find((candidate) => candidate in responses);
    if (key === undefined) return [`${operationId} answers ${status}, which is not documented`];
    if (status < 300) this.seen.add(operationId);
    const place = ["paths", pattern, method.toLowerCase(), "responses", key];
    const response = responses[key];
    const isShared = response?.$ref !== undefined;
    const content = isShared ? this.#document.components.responses["Problem"]?.content : response?.content;
    const type = contentType.split(";")[0] ?? "";
    if (content?.[type] === undefined) return [`${operationId} answers ${type}, which is not documented`];
    if (!/[/+]json$/.test(type)) return [];
    const at = isShared ? ["components", "responses", "Problem"] : place;
    return this.#faults([...at, "content", type, "schema"], JSON.parse(text));
  }

  /** What is wrong with the query and the body of a request; empty when they are as documented. */
  requestFaultsOf(method: string, path: string, body?: unknown): readonly string[] {
    const operation = this.#find(method, path)?.[1];
    if (operation === undefined) return [`${method} ${path} is not documented`];
    const query = Object.fromEntries(new URL(path, "http://admin").searchParams);
    const given = operation.parameters.filter((parameter) => parameter.in === "query");
    const properties = Object.fromEntries(given.map(({ name, schema }) => [name, schema]));
    const ofQuery = this.#ofQueries.compile({ type: "object", properties, additionalProperties: false });
    const faults = ofQuery(query) ? [] : textsOf(ofQuery.errors);
    const schema = operation.requestBody?.content["application/json"]?.schema;
    if (schema === undefined) return faults;
    const ofBody = this.#ajv.compile(schema);
    return ofBody(body) ? faults : [...faults, ...textsOf(ofBody.errors)];
  }

  /** What is wrong with a value by a named schema. */
  faultsOfValue(schema: string, value: unknown): readonly string[] {
    return this.#faults(["components", "schemas", schema], value);
  }

  #faults(pointer: readonly string[], value: unknown): readonly string[] {
    const escaped = pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
    const validate = this.#ajv.compile({ $ref: `api#/${escaped.join("/")}` });
    return validate(value) ? [] : textsOf(validate.errors);
  }

  #find(method: string, path: string): readonly [string, Documented] | undefined {
    const [pathname = ""] = path.split("?");
    for (const [pattern, methods] of Object.entries(this.#document.paths)) {
      const operation = methods[method.toLowerCase()];
      const expression = new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
      if (operation !== undefined && expression.test(pathname)) return [pattern, operation];
    }
    return undefined;
  }
}

function textsOf(errors: readonly ErrorObject[] | null | undefined): readonly string[] {
  return (errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message ?? ""} ${JSON.stringify(params)}`,
  );
}
