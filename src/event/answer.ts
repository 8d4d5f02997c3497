import type { LargeText } from "../base/index.ts";

/** What the sender was told. */
export interface Answer<Body = string> {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/** A large body, also as it is sent. */
export interface LargeBody extends LargeText {
  /** UTF-8. */
  readonly bytes: Uint8Array;
}

/** An answer on its way to its sender: a large body comes as bytes from the thread that made it. */
export type GivenAnswer = Answer<string | LargeBody>;

export interface AnswerRecord<Body = string> extends Answer<Body> {
  /** `ack`: our own 202. `flow`: an http_response node. `deadline`: 202 because the flow had not answered in time.
   *  `failed`: 500 because the flow failed for good. `duplicate`: repeated from the first delivery. `handshake`, `problem`. */
  readonly by: "ack" | "flow" | "deadline" | "failed" | "duplicate" | "handshake" | "problem";
  readonly atMs: number;
  /** From the request's arrival to the answer, milliseconds. */
  readonly durationMs: number;
}

/** Whether an answer with this status never has a body (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5). */
export function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
