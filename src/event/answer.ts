/** What the sender was told. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface AnswerRecord extends Answer {
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
