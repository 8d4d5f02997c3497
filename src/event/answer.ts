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
