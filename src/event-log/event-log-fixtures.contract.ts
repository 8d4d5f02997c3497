/** Builders for the tests of every adapter: small, readable, with ids that sort in the order in which they were made. */
import type { AnswerRecord, Envelope } from "../event/index.ts";
import type { EventDraft, Fact, PlannedRun, Refusal, StepDone } from "./event-log.ts";

export const START_MS = 1_795_000_000_000;

export class Fixtures {
  #count = 0;

  id(): string {
    this.#count += 1;
    return `01900000-0000-7000-8000-${this.#count.toString(16).padStart(12, "0")}`;
  }

  envelope(over: Partial<Envelope> = {}): Envelope {
    return {
      id: this.id(),
      tenant: "demo",
      eventType: "github",
      receivedAtMs: START_MS + this.#count,
      method: "POST",
      target: "/events/webhook/demo/github?x=1",
      headers: [
        ["x-github-event", "push"],
        ["accept", "a"],
        ["accept", "b"],
      ],
      remoteAddress: "127.0.0.1",
      rawBody: Buffer.from(`{"n":${this.#count}}`),
      verdict: { status: "verified", scheme: "sha256", keyName: "secret" },
      ...over,
    };
  }

  keyed(value: string, over: Partial<Envelope> = {}): Envelope {
    return this.envelope({ dedupe: { value, source: "header:x-github-delivery", signed: false }, ...over });
  }

  run(envelope: Pick<Envelope, "id" | "tenant" | "receivedAtMs">, over: Partial<PlannedRun> = {}): PlannedRun {
    return {
      id: this.id(),
      eventId: envelope.id,
      tenant: envelope.tenant,
      flow: "on-push",
      flowHash: "hash-1",
      startNode: "start",
      createdAtMs: envelope.receivedAtMs,
      ...over,
    };
  }

  /** An event with so many runs. */
  draft(runs = 1, over: Partial<Envelope> = {}): EventDraft {
    const envelope = this.envelope(over);
    return { envelope, runs: Array.from({ length: runs }, () => this.run(envelope)) };
  }

  refusal(over: Partial<Refusal> = {}): Refusal {
    return {
      id: this.id(),
      receivedAtMs: START_MS + this.#count,
      tenant: "demo",
      eventType: "github",
      method: "POST",
      target: "/events/webhook/demo/github",
      headers: [["x-hub-signature-256", "sha256=00"]],
      remoteAddress: "127.0.0.1",
      status: 401,
      reason: "signature-mismatch",
      detail: "no secret fits",
      hint: "compare the secrets",
      bodyBytes: 3,
      bodyStart: Buffer.from([1, 0, 255]),
      ...over,
    };
  }
}

export function started(run: PlannedRun, attempt = 1): Fact {
  return { type: "run_started", runId: run.id, attempt, atMs: START_MS + attempt };
}

export function step(run: PlannedRun, over: Partial<StepDone> = {}): StepDone {
  return {
    type: "step_done",
    runId: run.id,
    ordinal: 0,
    node: "start",
    nodeType: "script",
    status: "succeeded",
    outputJson: '{"ok":true}',
    attempt: 1,
    startedAtMs: START_MS,
    durationMs: 1.5,
    ...over,
  };
}

export function waiting(run: PlannedRun, resumeAtMs: number): Fact {
  return { type: "run_waiting", runId: run.id, resumeAtMs, error: failure };
}

export function ended(run: PlannedRun, status: "succeeded" | "failed" = "succeeded"): Fact {
  return {
    type: "run_ended",
    runId: run.id,
    status,
    atMs: START_MS + 9,
    ...(status === "failed" && { error: failure }),
  };
}

export function answered(
  eventId: string,
  by: AnswerRecord["by"] = "flow",
  body = "hello",
): Extract<Fact, { readonly type: "answered" }> {
  return { type: "answered", eventId, answer: answer(by, body) };
}

export function answer(by: AnswerRecord["by"] = "flow", body = "hello"): AnswerRecord {
  return { status: 200, headers: { "content-type": "text/plain" }, body, by, atMs: START_MS + 5, durationMs: 4.25 };
}

export const failure = {
  code: "script-error",
  message: "no",
  retryable: true,
  node: "start",
  detail: "1 | no",
} as const;
