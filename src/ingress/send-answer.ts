/** Writes an answer to its connection, also where the request's body was not read to its end. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GivenAnswer } from "../event/index.ts";
import { MOST_HEADERS } from "./request-fault.ts";

/** Sends an answer. When the body was not read to its end, the connection is closed: its rest would be taken for a request. */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: GivenAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const isRead = request.complete || !hasBody(request);
  if (!isRead) response.shouldKeepAlive = false;
  const isEmpty = answer.status === 204 || answer.status === 304;
  // A flat list is what node writes with the least work. The length is ours to say, and only once.
  const headers: string[] = [];
  for (const name of Object.keys(answer.headers))
    if (name !== "content-length") headers.push(name, answer.headers[name]!);
  const body = typeof answer.body === "string" ? answer.body : answer.body.bytes;
  if (!isEmpty) headers.push("content-length", String(Buffer.byteLength(body)));
  response.writeHead(answer.status, headers);
  if (!isRead) closeAfterAnswer(request, response);
  response.end(request.method === "HEAD" || isEmpty ? undefined : body);
  if (isRead && !request.complete) request.resume();
}

/**
 * Whether a body follows the headers (RFC 9112 section 6.3); an answer may be there before node says that none came. Of too
 * many headers the one that says so may have been left out.
 */
function hasBody({ headers, rawHeaders }: IncomingMessage): boolean {
  if (rawHeaders.length > 2 * MOST_HEADERS) return true;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/**
 * The rest of the body is drained for a moment, so that the sender reads the answer instead of a connection reset: from
 * when the answer leaves, which may be behind others that take their time.
 */
function closeAfterAnswer(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  response.once("finish", () => {
    const timer = setTimeout(() => socket.destroy(), 1000);
    timer.unref();
    socket.once("close", () => clearTimeout(timer));
  });
  request.resume();
}
