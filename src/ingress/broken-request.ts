/**
 * Bytes that node could not read as a request: what the sender is told, and what of it an operator should hear. It has
 * neither tenant nor event type, so it is not kept. What a setting can mend is told; the rest is noise of any public port.
 */
import type { Socket } from "node:net";
import { brokenStatus, endWith, type BrokenStatus, type Clock } from "../base/index.ts";
import { problem, type ProblemName } from "./problem.ts";
import { RateLimiter } from "./rate-limiter.ts";
import type { RequestRecord } from "./request-record.ts";

const NAMES: Readonly<Record<BrokenStatus, ProblemName>> = {
  400: "invalid-request",
  408: "request-timeout",
  431: "headers-too-large",
};
const HINTS: Readonly<Partial<Record<ProblemName, string>>> = {
  "request-timeout": "Raise request_timeout or headers_timeout if this sender is that slow.",
  "headers-too-large": "Raise max_header_bytes if this sender's headers are that large.",
};
const TOLD_PER_SECOND = 1;

export interface BrokenRequestsOptions {
  readonly clock: Clock;
  readonly onRequest: (record: RequestRecord) => void;
}

export class BrokenRequests {
  readonly #options: BrokenRequestsOptions;
  readonly #told: RateLimiter;

  constructor(options: BrokenRequestsOptions) {
    this.#options = options;
    this.#told = new RateLimiter(TOLD_PER_SECOND, options.clock);
  }

  /** Ends a connection with the problem document for what was wrong. */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    const status = brokenStatus(error, socket);
    if (status === undefined) return;
    const name = NAMES[status];
    // Whoever only connects, as monitors do, sent no request.
    if (socket.bytesRead > 0) this.#tell(name, status, socket.remoteAddress ?? "an unknown address");
    endWith(socket, problem(name));
  }

  #tell(name: ProblemName, status: number, from: string): void {
    const { clock, onRequest } = this.#options;
    const hint = HINTS[name];
    onRequest({
      atMs: clock.now(),
      method: "",
      tenant: "",
      eventType: "",
      verdict: "refused",
      status,
      durationMs: 0,
      bodyBytes: 0,
      reason: name.replaceAll("-", "_"),
      detail: `It came from ${from}.`,
      ...(hint !== undefined && { hint }),
      ...((hint === undefined || !this.#told.take(name)) && { unkept: true }),
    });
  }
}
