/**
 * Finds the operation of a request in the table of operations and reads its parameters by their schemas. All mistakes of
 * a request are said at once, as an RFC 9457 problem with the path of each.
 */
import type { z } from "zod";
import { operations, type Operation, type OperationName } from "../contract/index.ts";

export interface ApiProblem {
  readonly status: number;
  readonly detail: string;
  readonly code?: string;
  readonly fix?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** For 405. */
  readonly allow?: string;
}

export interface RoutedRequest {
  readonly name: OperationName;
  readonly operation: Operation;
  readonly params: unknown;
  readonly query: unknown;
}

interface Pattern {
  readonly name: OperationName;
  readonly operation: Operation;
  readonly segments: readonly string[];
}

const PATTERNS: readonly Pattern[] = Object.entries(operations).map(([name, operation]) => ({
  name: name as OperationName,
  operation,
  segments: operation.path.split("/"),
}));

/** Routes a request by method, path and query. */
export function routeRequest(method: string, url: URL): RoutedRequest | { readonly problem: ApiProblem } {
  const segments = url.pathname.split("/");
  const matching = PATTERNS.filter((pattern) => matches(pattern.segments, segments));
  if (matching.length === 0) return { problem: { status: 404, detail: "There is no such resource." } };
  const found = matching.find(({ operation }) => methodsOf(operation).includes(method));
  if (found === undefined) {
    const allow = matching.flatMap(({ operation }) => methodsOf(operation)).join(", ");
    return { problem: { status: 405, detail: `This resource takes ${allow}.`, allow } };
  }
  const { name, operation } = found;
  const params = operation.params.safeParse(paramsOf(found.segments, segments));
  const query = operation.query.safeParse(queryOf(url.searchParams));
  const errors = [...errorsOf(params.error, "path"), ...errorsOf(query.error, "query")];
  if (errors.length > 0) return { problem: { status: 400, detail: "The request has mistakes.", errors } };
  return { name, operation, params: params.data, query: query.data };
}

/** What can be read can be asked for without its body (RFC 9110, 9.3.2), but for the stream, which never ends. */
function methodsOf({ method, path }: Operation): readonly string[] {
  return method === "GET" && path !== operations.stream.path ? [method, "HEAD"] : [method];
}

/** Reads a body that came as JSON text by its schema. */
export function readApiBody(
  schema: z.ZodType,
  text: string,
): { readonly body: unknown } | { readonly problem: ApiProblem } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: { status: 400, detail: `The body is no JSON: ${(error as Error).message}.` } };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { body: parsed.data };
  return { problem: { status: 400, detail: "The body has mistakes.", errors: errorsOf(parsed.error, "$") } };
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part.startsWith("{") ? segments[index] !== "" : part === segments[index]))
  );
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> {
  const pairs = pattern.flatMap((part, index) =>
    part.startsWith("{") ? [[part.slice(1, -1), decoded(segments[index] ?? "")] as const] : [],
  );
  return Object.fromEntries(pairs);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A name that comes twice is kept as a list, which no schema takes: it is said to be wrong and not half read. */
function queryOf(query: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(query.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? "") : values];
    }),
  );
}

function errorsOf(error: z.ZodError | undefined, root: string): { path: string; message: string }[] {
  return (error?.issues ?? []).map(({ path, message }) => ({
    path: [root, ...path.map(String)].join("."),
    message,
  }));
}
