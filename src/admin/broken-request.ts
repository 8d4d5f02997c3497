/** What is answered to bytes that are no HTTP request, on the admin port: a problem document as for any other mistake. */
import type { Socket } from "node:net";
import { brokenStatus, endWith, type BrokenStatus } from "../base/index.ts";

const DETAILS: Readonly<Record<BrokenStatus, string>> = {
  400: "These bytes are no HTTP request.",
  408: "The request did not arrive in time.",
  431: "The target and the headers of the request are too large together.",
};
const HEADERS = {
  "content-type": "application/problem+json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** Answers and ends the connection, where one is left to answer on. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  const status = brokenStatus(error, socket);
  if (status === undefined) return;
  const body = JSON.stringify({ type: "about:blank", status, detail: DETAILS[status] });
  endWith(socket, { status, headers: HEADERS, body });
}
