/**
 * The pipeline from a complete request to its answer: verify → handshake? → envelope → append → ack or wait. It knows
 * no HTTP server: an edge hands in what arrived and sends what comes back.
 *
 * Invariants:
 * 1. Nothing of the body is decoded before the signature over the raw bytes was verified.
 * 2. A 2xx for an event is only returned after `append` resolved.
 * 3. Every refusal of a signature is the same answer; its reason goes to the log's ring and to the operator's record.
 * 4. Whoever waits for a flow is answered at the latest at the answer deadline.
 */
import { GtcError, messageOf, type Clock, type NewId } from "../base/index.ts";
import type { EventPlan } from "../dispatch/index.ts";
import type { Answer, AnswerRecord, DedupeKey, Envelope, HeaderList, VerdictRecord } from "../event/index.ts";
import type { Appended, EventLog } from "../event-log/index.ts";
import { checkClaimedJson, PayloadFault } from "../payload/index.ts";
import type { Reply, ReplyDesk } from "../reply/index.ts";
import {
  deliveryIdOf,
  type Handshake,
  type RefusedVerdict,
  type SignedRequest,
  type Verdict,
} from "../signature/index.ts";
import { problem, type ProblemName } from "./problem.ts";
import { RefusalExplainer, type ExplainedRefusal } from "./refusal-explainer.ts";
import type { RequestRecord } from "./request-record.ts";
import type { Route, SourceTable, TenantSources } from "./source-table.ts";

export interface ArrivedRequest {
  readonly route: Route;
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderList;
  readonly remoteAddress: string;
  readonly rawBody: Uint8Array;
  readonly receivedAtMs: number;
  /** Monotonic, for the duration. */
  readonly receivedAt: number;
}

export interface ReceiverOptions {
  readonly log: EventLog;
  readonly replies: ReplyDesk;
  readonly clock: Clock;
  readonly newId: NewId;
  /** The sources of now; changes when the bundle is reloaded. */
  readonly sources: () => SourceTable;
  readonly plan: (event: { id: string; tenant: string; eventType: string; receivedAtMs: number }) => EventPlan;
  readonly answerDeadlineMs: number;
  readonly maxDecodedBytes: number;
  readonly onRequest: (record: RequestRecord) => void;
  /** Something of ours failed: an alarm for the operator. */
  readonly onFault: (what: string, fault: unknown) => void;
  /** A handshake that asks for more than its answer (a secret to keep, a URL to confirm). Awaited before the answer. */
  readonly onHandshake?: (route: Route, handshake: Handshake) => Promise<void>;
}

const KEPT_BODY_BYTES = 16 * 1024;

export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #explainer: RefusalExplainer;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#explainer = new RefusalExplainer(options);
  }

  /** Answers a complete request. Never throws: a fault of ours becomes a 5xx and an alarm. */
  async receive(request: ArrivedRequest): Promise<Answer> {
    try {
      const tenant = this.#options.sources().tenants.get(request.route.tenant);
      if (tenant === undefined)
        return this.refuse(request, "not-found", { reason: "unknown_tenant", detail: "", hint: "" });
      const signed = this.#signedRequest(request);
      const verdict = await this.#verify(tenant, signed, request);
      return await this.#conclude(request, signed, verdict);
    } catch (fault) {
      return this.#faulted(request, fault);
    }
  }

  /** Refuses a request, keeps it in the ring, and tells the operator why. */
  refuse(request: ArrivedRequest, name: ProblemName, why: ExplainedRefusal): Answer {
    const answer = problem(name);
    this.#keepRefusal(request, answer.status, this.#durationOf(request), why);
    return answer;
  }

  /** Resolves when every refusal so far was kept. */
  settled(): Promise<void> {
    return this.#explainer.settled();
  }

  #keepRefusal(request: ArrivedRequest, status: number, durationMs: number, why: ExplainedRefusal): void {
    this.#options.log.refuse({
      id: this.#options.newId(),
      receivedAtMs: request.receivedAtMs,
      tenant: request.route.tenant,
      eventType: request.route.eventType,
      method: request.method,
      target: request.target,
      headers: request.headers,
      remoteAddress: request.remoteAddress,
      status,
      bodyBytes: request.rawBody.length,
      bodyStart: request.rawBody.subarray(0, KEPT_BODY_BYTES),
      ...why,
    });
    this.#tell(request, { verdict: "refused", status, ...why }, durationMs);
  }

  #signedRequest(request: ArrivedRequest): SignedRequest {
    return {
      method: request.method,
      url: this.#options.sources().publicBaseUrl + request.target,
      headers: request.headers,
      rawBody: request.rawBody,
      remoteAddress: request.remoteAddress,
    };
  }

  #verify(
    tenant: TenantSources,
    signed: SignedRequest,
    request: ArrivedRequest,
  ): Verdict | "unsigned" | "unsigned-refused" | Promise<Verdict> {
    const verifier = tenant.verifiers.get(request.route.eventType) ?? tenant.fallback;
    if (verifier === undefined) return tenant.requireSignature ? "unsigned-refused" : "unsigned";
    return verifier.verify(signed, request.receivedAtMs);
  }

  async #conclude(
    request: ArrivedRequest,
    signed: SignedRequest,
    verdict: Verdict | "unsigned" | "unsigned-refused",
  ): Promise<Answer> {
    if (verdict === "unsigned-refused") {
      const hint = `Give "${request.route.eventType}" a signature in the answers, or set require_signature to false.`;
      return this.refuse(request, "unauthorized", {
        reason: "signature_required",
        detail: "No signature is configured for this event type.",
        hint,
      });
    }
    if (verdict === "unsigned") {
      if (request.method !== "POST") return this.#wrongMethod(request);
      return this.#store(request, { status: "unsigned" }, dedupeKey(deliveryIdOf(signed)), undefined);
    }
    if (verdict.status === "refused") return this.#refuseSignature(request, signed, verdict);
    if (verdict.handshake !== undefined) return this.#shake(request, verdict.handshake);
    if (verdict.status === "handshake" || request.method !== "POST") return this.#wrongMethod(request);
    const { scheme, provider, keyName, authenticated } = verdict;
    const record: VerdictRecord = authenticated
      ? { status: "verified", scheme, keyName, ...(provider !== undefined && { provider }) }
      : { status: "unsigned" };
    return this.#store(request, record, dedupeKey(verdict.deliveryId), verdict.providerType);
  }

  /** The sender has its 401 at once; why is worked out after it. */
  #refuseSignature(request: ArrivedRequest, signed: SignedRequest, verdict: RefusedVerdict): Answer {
    // A browser or a probe that asks with GET is told the method, not that a signature is missing.
    if (request.method !== "POST") return this.#wrongMethod(request);
    const answer = problem("unauthorized");
    const durationMs = this.#durationOf(request);
    const { route, receivedAtMs } = request;
    this.#explainer.explain({ route, request: signed, receivedAtMs, verdict }, (why) =>
      this.#keepRefusal(request, answer.status, durationMs, why),
    );
    return answer;
  }

  #wrongMethod(request: ArrivedRequest): Answer {
    this.#tell(request, { verdict: "none", status: 405, reason: "method_not_allowed" });
    return problem("method-not-allowed");
  }

  async #shake(request: ArrivedRequest, handshake: Handshake): Promise<Answer> {
    await this.#options.onHandshake?.(request.route, handshake);
    const { status, headers, body } = handshake.answer;
    this.#tell(request, {
      verdict: "handshake",
      status,
      reason: handshake.name,
      ...(handshake.note !== undefined && { detail: handshake.note }),
    });
    return { status, headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])), body };
  }

  async #store(
    request: ArrivedRequest,
    verdict: VerdictRecord,
    dedupe: DedupeKey | undefined,
    providerType: string | undefined,
  ): Promise<Answer> {
    const envelope: Envelope = {
      id: this.#options.newId(),
      tenant: request.route.tenant,
      eventType: request.route.eventType,
      receivedAtMs: request.receivedAtMs,
      method: request.method,
      target: request.target,
      headers: request.headers,
      remoteAddress: request.remoteAddress,
      rawBody: request.rawBody,
      verdict,
      ...(dedupe !== undefined && { dedupe }),
      ...(providerType !== undefined && { providerType }),
    };
    const fault = this.#bodyFault(request);
    if (fault !== undefined) return this.#storeRefused(request, envelope, fault);
    const plan = this.#options.plan(envelope);
    if (plan.answering.length === 0) {
      const appended = await this.#options.log.append({ envelope, runs: plan.runs });
      return this.#acknowledge(request, envelope, appended, plan);
    }
    // Listening starts before the event is stored: its run may be quicker than this function.
    const reply = this.#options.replies.expect(envelope.id, plan.answering, this.#options.answerDeadlineMs);
    const appended = await this.#appendOrCancel(envelope, plan);
    if (appended.kind === "duplicate") return this.#acknowledge(request, envelope, appended, plan);
    return this.#answerFor(request, envelope, await reply);
  }

  async #appendOrCancel(envelope: Envelope, plan: EventPlan): Promise<Appended> {
    try {
      const appended = await this.#options.log.append({ envelope, runs: plan.runs });
      if (appended.kind === "duplicate") this.#options.replies.cancel(envelope.id);
      return appended;
    } catch (fault) {
      this.#options.replies.cancel(envelope.id);
      throw fault;
    }
  }

  #bodyFault({ headers, rawBody }: ArrivedRequest): PayloadFault | undefined {
    try {
      checkClaimedJson(headers, rawBody, this.#options.maxDecodedBytes);
      return undefined;
    } catch (fault) {
      if (fault instanceof PayloadFault) return fault;
      throw fault;
    }
  }

  /** A verified request whose body is not what it claims: kept and findable, but it triggers nothing. */
  async #storeRefused(request: ArrivedRequest, envelope: Envelope, fault: PayloadFault): Promise<Answer> {
    const { dedupe: _unused, ...withoutKey } = envelope;
    await this.#options.log.append({
      envelope: withoutKey,
      runs: [],
      refusedBecause: `${fault.code}: ${fault.message}`,
    });
    const name: ProblemName =
      fault.status === 415 ? "unsupported-encoding" : fault.status === 413 ? "body-too-large" : "invalid-body";
    const answer = problem(name, { event_id: envelope.id });
    await this.#recordAnswer(request, envelope.id, answer, "problem");
    this.#tell(request, {
      verdict: shownVerdict(envelope.verdict),
      status: answer.status,
      eventId: envelope.id,
      reason: fault.code,
      detail: fault.message,
    });
    return answer;
  }

  async #acknowledge(
    request: ArrivedRequest,
    envelope: Envelope,
    appended: Appended,
    plan: EventPlan,
  ): Promise<Answer> {
    const told = { verdict: shownVerdict(envelope.verdict), eventId: envelope.id };
    if (appended.kind === "stored") {
      this.#tell(request, { ...told, status: 202, ...(plan.runs.length === 0 && { unmatched: true }) });
      return accepted({ event_id: envelope.id });
    }
    const { duplicateOf, answer: first } = appended;
    const answer = first === undefined ? accepted({ event_id: envelope.id, duplicate_of: duplicateOf }) : plain(first);
    if (first !== undefined) await this.#recordAnswer(request, envelope.id, answer, "duplicate");
    this.#tell(request, { ...told, status: answer.status, duplicateOf });
    return answer;
  }

  async #answerFor(request: ArrivedRequest, envelope: Envelope, reply: Reply): Promise<Answer> {
    const told = { verdict: shownVerdict(envelope.verdict), eventId: envelope.id };
    switch (reply.kind) {
      case "answer":
        this.#tell(request, { ...told, status: reply.answer.status });
        return reply.answer;
      case "failed": {
        const answer = problem("flow-failed", { event_id: envelope.id });
        await this.#recordAnswer(request, envelope.id, answer, "failed");
        this.#tell(request, { ...told, status: answer.status, reason: "flow_failed" });
        return answer;
      }
      case "deadline":
      case "retrying":
      case "silent": {
        const answer = accepted({ event_id: envelope.id });
        // An answer of our own without a word is what an event without a record had.
        if (reply.kind === "deadline") await this.#recordAnswer(request, envelope.id, answer, "deadline");
        this.#tell(request, { ...told, status: 202, ...(reply.kind !== "silent" && { reason: `flow_${reply.kind}` }) });
        return answer;
      }
      default:
        return reply satisfies never;
    }
  }

  /** Keeps what was answered where it cannot be told from the runs. */
  #recordAnswer(request: ArrivedRequest, eventId: string, answer: Answer, by: AnswerRecord["by"]): Promise<void> {
    const { clock, log, onFault } = this.#options;
    const record: AnswerRecord = { ...answer, by, atMs: clock.now(), durationMs: this.#durationOf(request) };
    return log
      .record([{ type: "answered", eventId, answer: record }])
      .catch((fault: unknown) => onFault("recording an answer", fault));
  }

  #faulted(request: ArrivedRequest, fault: unknown): Answer {
    const isLog = fault instanceof GtcError && fault.code === "GTC_LOG_UNAVAILABLE";
    const isVerifier = fault instanceof Error && fault.name === "VerifierFault";
    const name: ProblemName = isLog ? "log-unavailable" : isVerifier ? "verification-unavailable" : "internal";
    const answer = problem(name);
    this.#options.onFault(isVerifier ? "verifying a request" : "receiving a request", fault);
    this.#tell(request, { verdict: "none", status: answer.status, reason: name, detail: messageOf(fault) });
    return answer;
  }

  #tell(
    request: ArrivedRequest,
    told: Omit<RequestRecord, "atMs" | "method" | "tenant" | "eventType" | "durationMs" | "bodyBytes">,
    durationMs = this.#durationOf(request),
  ): void {
    this.#options.onRequest({
      atMs: request.receivedAtMs,
      method: request.method,
      tenant: request.route.tenant,
      eventType: request.route.eventType,
      durationMs,
      bodyBytes: request.rawBody.length,
      ...told,
    });
  }

  #durationOf({ receivedAt }: ArrivedRequest): number {
    return this.#options.clock.monotonic() - receivedAt;
  }
}

function shownVerdict(verdict: VerdictRecord): RequestRecord["verdict"] {
  return verdict.status;
}

function dedupeKey(id: DedupeKey | undefined): DedupeKey | undefined {
  return id === undefined ? undefined : { value: id.value, source: id.source, signed: id.signed };
}

function accepted(body: Readonly<Record<string, string>>): Answer {
  return { status: 202, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function plain({ status, headers, body }: Answer): Answer {
  return { status, headers, body };
}
