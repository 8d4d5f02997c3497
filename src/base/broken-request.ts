/**
 * What a port answers to bytes that node could not read as a request, and where node leaves the answer to us: whole, as the
 * last one of its connection.
 */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

export type BrokenStatus = 400 | 408 | 431;

/** The status for what was wrong; undefined: nobody is left to be told, and the connection is closed. */
export function brokenStatus({ code }: NodeJS.ErrnoException, socket: Socket): BrokenStatus | undefined {
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  if (code === "HPE_HEADER_OVERFLOW") return 431;
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
}

export interface LastAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How long the other side has to read its answer and to close as well. */
const LINGER_MS = 1000;

/**
 * Writes the last answer of a connection, and ends it. Whoever does not close its own side holds nothing: node itself would
 * keep a half-closed connection for as long as the other side likes.
 */
export function endWith(socket: Socket, { status, headers, body }: LastAnswer): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}
