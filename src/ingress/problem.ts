/** Refusals as RFC 9457 problem documents. They tell a sender what to change, and an attacker nothing. */
import type { Answer } from "../event/index.ts";

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

/** Every refusal that a sender can get; `docs/reference/errors.md` lists them. */
export const PROBLEMS = {
  "invalid-request": { status: 400, title: "Bad Request", detail: "The request could not be read." },
  "invalid-body": { status: 400, title: "Bad Request", detail: "The body is not what its headers claim." },
  unauthorized: { status: 401, title: "Unauthorized", detail: "The request could not be authenticated." },
  "not-found": { status: 404, title: "Not Found", detail: "There is no such webhook." },
  "method-not-allowed": { status: 405, title: "Method Not Allowed", detail: "Webhooks are sent with POST." },
  "request-timeout": { status: 408, title: "Request Timeout", detail: "The request did not arrive in time." },
  replayed: { status: 409, title: "Conflict", detail: "The request was received before." },
  "body-too-large": {
    status: 413,
    title: "Content Too Large",
    detail: "The body is larger than this webhook accepts.",
  },
  "unsupported-encoding": {
    status: 415,
    title: "Unsupported Media Type",
    detail: "Content-Encoding must be gzip, deflate or br.",
  },
  "expectation-failed": {
    status: 417,
    title: "Expectation Failed",
    detail: "100-continue is the only expectation that can be met.",
  },
  "too-many-requests": { status: 429, title: "Too Many Requests", detail: "Slow down and try again later." },
  "headers-too-large": { status: 431, title: "Request Header Fields Too Large", detail: "The headers are too large." },
  "flow-failed": { status: 500, title: "Internal Server Error", detail: "The event is stored, but its flow failed." },
  internal: {
    status: 500,
    title: "Internal Server Error",
    detail: "Something went wrong on our side; try again later.",
  },
  "unsupported-transfer-coding": {
    status: 501,
    title: "Not Implemented",
    detail: "Transfer-Encoding must be chunked.",
  },
  overloaded: { status: 503, title: "Service Unavailable", detail: "Too much is in flight; try again later." },
  "log-unavailable": {
    status: 503,
    title: "Service Unavailable",
    detail: "Events cannot be stored now; try again later.",
  },
  "verification-unavailable": {
    status: 503,
    title: "Service Unavailable",
    detail: "The request cannot be checked now; try again later.",
  },
  "unsupported-version": {
    status: 505,
    title: "HTTP Version Not Supported",
    detail: "Requests are taken in HTTP/1.1 and HTTP/1.0.",
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemName = keyof typeof PROBLEMS;

const RETRY_AFTER_S: Readonly<Partial<Record<number, string>>> = { 429: "1", 503: "5" };
const ALLOW = "POST, OPTIONS";

/** The answer for a refusal; `extra` are further members of the document, e.g. `event_id`. */
export function problem(name: ProblemName, extra: Readonly<Record<string, string>> = {}): Answer {
  const { status, title, detail } = PROBLEMS[name];
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  const retryAfter = RETRY_AFTER_S[status];
  if (retryAfter !== undefined) headers["retry-after"] = retryAfter;
  if (status === 405) headers["allow"] = ALLOW;
  if (status === 401) headers["www-authenticate"] = "Signature";
  const body = JSON.stringify({ type: `urn:gtc:problem:${name}`, title, status, detail, ...extra });
  return { status, headers, body };
}
