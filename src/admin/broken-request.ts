/** What is answered to bytes that are no HTTP request, on the admin port: a problem document as for any other mistake. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

const DETAILS: Readonly<Record<number, string>> = {
  400: "These bytes are no HTTP request.",
  408: "The request did not arrive in time.",
  431: "The target and the headers of the request are too large together.",
};

/** Answers and ends the connection, where one is left to answer on. */
export function answerBrokenRequest({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = code === "HPE_HEADER_OVERFLOW" ? 431 : code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  const body = JSON.stringify({ type: "about:blank", status, detail: DETAILS[status] });
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ""}`,
    "content-type: application/problem+json",
    `content-length: ${String(Buffer.byteLength(body))}`,
    "cache-control: no-store",
    "x-content-type-options: nosniff",
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
