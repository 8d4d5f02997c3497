/**
 * The page's way to the admin API, typed by its contract. The session is a cookie that scripts cannot read; a 401 tells
 * the shell, which shows the login.
 */
import type { z } from "zod";
import type { operations, OperationName, Problem } from "../../../src/admin/contract/index.ts";
import { parseJson } from "./json.ts";
import { operationPaths } from "./operation-paths.ts";

type Operations = typeof operations;
type AnswerOf<N extends OperationName> = Operations[N] extends { readonly answer: infer A extends z.ZodType }
  ? z.infer<A>
  : never;
type BodyOf<N extends OperationName> = Operations[N] extends { readonly body: infer B extends z.ZodType }
  ? z.input<B>
  : undefined;

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface CallInput<N extends OperationName> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Query;
  readonly body?: BodyOf<N>;
  readonly signal?: AbortSignal;
}

/** An answer that is not a success; `problem` is the server's own explanation. */
export class ApiFault extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.status = problem.status;
    this.problem = problem;
  }
}

const UNAUTHORIZED = "gtc:unauthorized";

/** Calls `listener` whenever the server asks for a login; returns how to stop. */
export function onUnauthorized(listener: () => void): () => void {
  globalThis.addEventListener(UNAUTHORIZED, listener);
  return () => globalThis.removeEventListener(UNAUTHORIZED, listener);
}

/** Calls an operation. @throws ApiFault for an answer of 4xx or 5xx, TypeError when the gateway is not reached. */
export async function call<N extends OperationName>(name: N, input: CallInput<N> = {}): Promise<AnswerOf<N>> {
  const response = await fetch(urlOf(name, input.params, input.query), {
    method: methodOf(name),
    credentials: "same-origin",
    ...(input.body !== undefined && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input.body),
    }),
    ...(input.signal !== undefined && { signal: input.signal }),
  });
  if (response.ok) return parseJson(await response.text()) as AnswerOf<N>;
  throw await faultOf(response, name);
}

export interface Download {
  readonly file: Blob;
  /** Where to go on; undefined: nothing is left. */
  readonly nextCursor: string | undefined;
}

/** Loads what an operation gives as a file. @throws ApiFault for an answer of 4xx or 5xx, TypeError when the gateway is not reached. */
export async function download(name: OperationName, query: Query): Promise<Download> {
  const response = await fetch(urlOf(name, {}, query), { credentials: "same-origin" });
  if (!response.ok) throw await faultOf(response, name);
  return { file: await response.blob(), nextCursor: response.headers.get("x-next-cursor") ?? undefined };
}

async function faultOf(response: Response, name: OperationName): Promise<ApiFault> {
  if (response.status === 401 && name !== "login") globalThis.dispatchEvent(new Event(UNAUTHORIZED));
  return new ApiFault(problemOf(response.status, await response.text()));
}

/** The address of an operation, for links and downloads. Absent and empty query values are left out. */
export function urlOf(name: OperationName, params: Readonly<Record<string, string>> = {}, query: Query = {}): string {
  const [, template = ""] = operationPaths[name].split(" ");
  const path = template.replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? ""));
  const search = searchOf(query);
  return search === "" ? path : `${path}?${search}`;
}

function searchOf(query: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== "") search.set(key, String(value));
  return search.toString();
}

function methodOf(name: OperationName): string {
  return operationPaths[name].split(" ")[0] ?? "GET";
}

function problemOf(status: number, text: string): Problem {
  try {
    const parsed = JSON.parse(text) as Problem;
    if (typeof parsed.detail === "string") return { ...parsed, status };
  } catch {
    // Not the API's JSON: say what came.
  }
  return { type: "about:blank", status, detail: text.slice(0, 300) || `HTTP ${status}` };
}
