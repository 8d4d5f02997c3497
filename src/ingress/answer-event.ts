/**
 * What the sender of a stored event is told, and what of it is recorded: our own 202, the flow's answer, the answer that
 * the first delivery got, or why the event was refused for its content.
 *
 * Invariants:
 * 1. Every answer but a plain 202 of our own is in the log: without a record, 202 is what was sent.
 * 2. A provider that wants to read a word of its own instead of any 2xx gets that word where we would say 202.
 */
import type { Clock } from "../base/index.ts";
import type { EventPlan } from "../dispatch/index.ts";
import type { Answer, AnswerRecord, Envelope, GivenAnswer } from "../event/index.ts";
import type { Appended, EventLog } from "../event-log/index.ts";
import type { PayloadFault } from "../payload/index.ts";
import type { Reply } from "../reply/index.ts";
import type { Provider } from "../signature/index.ts";
import { recordOf, type ArrivedRequest, type Outcome } from "./arrived-request.ts";
import { isReplay } from "./dedupe-key.ts";
import { lateAnswerOf } from "./late-answer.ts";
import { problem, type ProblemName } from "./problem.ts";
import type { RequestRecord } from "./request-record.ts";

export interface EventAnswersOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly onRequest: (record: RequestRecord) => void;
  readonly onFault: (what: string, fault: unknown) => void;
}

/** A request that became an event. */
export interface Arrival {
  readonly request: ArrivedRequest;
  readonly envelope: Envelope;
  readonly provider: Provider | undefined;
}

export class EventAnswers {
  readonly #options: EventAnswersOptions;

  constructor(options: EventAnswersOptions) {
    this.#options = options;
  }

  /** The answer for an event of which no flow is waited for. */
  acknowledge(arrival: Arrival, appended: Appended, plan: EventPlan): Answer | Promise<Answer> {
    if (appended.kind === "duplicate") return this.#answerDuplicate(arrival, appended);
    const answer = accepted(arrival);
    const { status } = answer;
    this.#tell(arrival, plan.runs.length === 0 ? { status, unmatched: true } : { status });
    return answer;
  }

  /** The answer for an event whose flow was waited for. */
  async answerFor(arrival: Arrival, reply: Reply): Promise<GivenAnswer> {
    switch (reply.kind) {
      case "answer":
        this.#tell(arrival, { status: reply.answer.status });
        return reply.answer;
      case "failed": {
        const answer = problem("flow-failed", { event_id: arrival.envelope.id });
        await this.#record(arrival, answer, "failed");
        this.#tell(arrival, { status: answer.status, reason: "flow_failed" });
        return answer;
      }
      case "deadline":
      case "retrying":
      case "silent": {
        const answer = accepted(arrival);
        if (reply.kind === "deadline") await this.#record(arrival, answer, "deadline");
        const reason = reply.kind === "silent" ? {} : { reason: `flow_${reply.kind}` };
        this.#tell(arrival, { status: answer.status, ...reason });
        return answer;
      }
      default:
        return reply satisfies never;
    }
  }

  /** A verified request whose body is not what it claims: kept and findable, but it triggers nothing. */
  async refuseContent(arrival: Arrival, fault: PayloadFault): Promise<Answer> {
    const { dedupe: _unused, ...envelope } = arrival.envelope;
    await this.#options.log.append({ envelope, runs: [], refusedBecause: `${fault.code}: ${fault.message}` });
    const name: ProblemName =
      fault.status === 415 ? "unsupported-encoding" : fault.status === 413 ? "body-too-large" : "invalid-body";
    const answer = problem(name, { event_id: envelope.id });
    await this.#record(arrival, answer, "problem");
    this.#tell(arrival, { status: answer.status, reason: fault.code, detail: fault.message });
    return answer;
  }

  async #answerDuplicate(
    arrival: Arrival,
    { duplicateOf, answer: first }: Extract<Appended, { kind: "duplicate" }>,
  ): Promise<Answer> {
    if (arrival.envelope.dedupe?.source === "body") {
      const original = await this.#options.log.getEnvelope(duplicateOf);
      if (original !== undefined && isReplay(arrival.envelope, original)) return this.#refuseReplay(arrival, original);
    }
    const given = first?.by === "deadline" ? ((await this.#lateAnswer(duplicateOf)) ?? first) : first;
    const answer = given === undefined ? accepted(arrival, { duplicate_of: duplicateOf }) : plain(given);
    if (first !== undefined) await this.#record(arrival, answer, "duplicate");
    this.#tell(arrival, { status: answer.status, duplicateOf });
    return answer;
  }

  /** What the flow said since its sender went away. Where it cannot be read, what the sender was told then holds. */
  async #lateAnswer(eventId: string): Promise<Answer | undefined> {
    try {
      const detail = await this.#options.log.getEvent(eventId);
      return detail && lateAnswerOf(detail);
    } catch (fault) {
      this.#options.onFault("reading a late answer", fault);
      return undefined;
    }
  }

  /** The same signed body under another id that is not signed. */
  async #refuseReplay(arrival: Arrival, original: Envelope): Promise<Answer> {
    const answer = problem("replayed", { event_id: arrival.envelope.id });
    await this.#record(arrival, answer, "problem");
    const was = original.dedupe?.unsignedId ?? "none";
    const is = arrival.envelope.dedupe?.unsignedId ?? "none";
    this.#tell(arrival, {
      status: answer.status,
      duplicateOf: original.id,
      reason: "replayed_body",
      detail: `the signed body came before under the id ${was}, and now under ${is}, which the signature does not cover`,
      hint: "If this sender repeats bodies on purpose, set replay_guard to off for it.",
    });
    return answer;
  }

  /** Keeps what was answered where it cannot be told from the runs. */
  #record({ request, envelope }: Arrival, answer: Answer, by: AnswerRecord["by"]): Promise<void> {
    const { clock, log, onFault } = this.#options;
    const durationMs = clock.monotonic() - request.receivedAt;
    return log
      .record([{ type: "answered", eventId: envelope.id, answer: { ...answer, by, atMs: clock.now(), durationMs } }])
      .catch((fault: unknown) => onFault("recording an answer", fault));
  }

  #tell({ request, envelope }: Arrival, outcome: Outcome): void {
    const durationMs = this.#options.clock.monotonic() - request.receivedAt;
    this.#options.onRequest(recordOf(request, envelope.verdict.status, outcome, durationMs, envelope.id));
  }
}

function accepted({ envelope, provider }: Arrival, more?: Readonly<Record<string, string>>): Answer {
  if (provider?.acknowledgement !== undefined)
    return { status: 200, headers: { "content-type": "text/plain" }, body: provider.acknowledgement };
  // An id needs no escapes.
  const body =
    more === undefined ? `{"event_id":"${envelope.id}"}` : JSON.stringify({ event_id: envelope.id, ...more });
  return { status: 202, headers: { "content-type": "application/json" }, body };
}

function plain({ status, headers, body }: Answer): Answer {
  return { status, headers, body };
}
