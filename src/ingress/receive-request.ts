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
import { GtcError, messageOf, type NewId } from "../base/index.ts";
import type { EventPlan } from "../dispatch/index.ts";
import type { Answer, DedupeKey, Envelope, GivenAnswer, VerdictRecord } from "../event/index.ts";
import type { Appended, EarlyRuns, PlannedRun } from "../event-log/index.ts";
import { checkClaimedJson, NoRoom, PayloadFault } from "../payload/index.ts";
import type { ReplyDesk } from "../reply/index.ts";
import { deliveryIdOf, type Handshake, type Provider, type SignedRequest, type Verdict } from "../signature/index.ts";
import { EventAnswers, type Arrival, type EventAnswersOptions } from "./answer-event.ts";
import { recordOf, type ArrivedRequest, type Outcome } from "./arrived-request.ts";
import type { InflightBytes } from "./inflight-bytes.ts";
import { dedupeKeyOf, deliveryKey } from "./dedupe-key.ts";
import { envelopeOf, recordedVerdict } from "./event-of-request.ts";
import { problem, type ProblemName } from "./problem.ts";
import type { ExplainedRefusal } from "./refusal-explainer.ts";
import type { Refusals } from "./refuse-request.ts";
import type { RequestRecord } from "./request-record.ts";
import { signedRequestOf } from "./signed-request.ts";
import type { Route, SourceTable, TenantSources } from "./source-table.ts";

export interface ReceiverOptions extends EventAnswersOptions {
  readonly replies: ReplyDesk;
  readonly newId: NewId;
  /** The sources of now; changes when the bundle is reloaded. */
  readonly sources: () => SourceTable;
  readonly plan: (event: { id: string; tenant: string; eventType: string; receivedAtMs: number }) => EventPlan;
  /** The event's only run begins before the event is stored. Absent: it never does. */
  readonly early?: (run: PlannedRun, envelope: Envelope) => EarlyRuns;
  readonly answerDeadlineMs: number;
  readonly maxDecodedBytes: number;
  /** A handshake that asks for more than its answer (a secret to keep, a URL to confirm). Awaited before the answer. */
  readonly onHandshake?: (route: Route, handshake: Handshake) => Promise<void>;
}

/** Of a provider's own limit; the rest is for the way there and back. */
const SHARE_OF_PROVIDERS_LIMIT = 0.8;

export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #refusals: Refusals;
  readonly #answers: EventAnswers;
  readonly #room: InflightBytes;

  /** `room` holds what all requests may have in memory; decoded bodies count there as long as they are looked at. */
  constructor(options: ReceiverOptions, refusals: Refusals, room: InflightBytes) {
    this.#options = options;
    this.#refusals = refusals;
    this.#room = room;
    this.#answers = new EventAnswers(options);
  }

  /**
   * Answers a complete request. Never throws or rejects: a fault of ours becomes a 5xx and an alarm. Only what takes time
   * comes as a promise, as every promise on this way is paid for by every request.
   */
  receive(request: ArrivedRequest): GivenAnswer | Promise<GivenAnswer> {
    try {
      const answer = this.#judge(request);
      return answer instanceof Promise ? answer.catch((fault: unknown) => this.#faulted(request, fault)) : answer;
    } catch (fault) {
      return this.#faulted(request, fault);
    }
  }

  #judge(request: ArrivedRequest): GivenAnswer | Promise<GivenAnswer> {
    const { tenants, publicBaseUrl } = this.#options.sources();
    const tenant = tenants.get(request.route.tenant);
    if (tenant === undefined) return this.#refusals.forTenant(request, tenants.keys());
    const signed = signedRequestOf(request, publicBaseUrl, this.#options.maxDecodedBytes);
    const verifier = tenant.verifiers.get(request.route.eventType) ?? tenant.fallback;
    if (verifier === undefined) return this.#unchecked(request, signed, tenant);
    const verdict = verifier.verify(signed, request.receivedAtMs);
    const { provider } = verifier;
    // Schemes that fetch keys.
    if (verdict instanceof Promise)
      return verdict.then((judged) => this.#conclude(request, signed, judged, tenant, provider));
    return this.#conclude(request, signed, verdict, tenant, provider);
  }

  /** A request for which no scheme is configured. */
  #unchecked(
    request: ArrivedRequest,
    signed: SignedRequest,
    tenant: TenantSources,
  ): GivenAnswer | Promise<GivenAnswer> {
    if (request.method !== "POST") return this.#refusals.forMethod(request);
    if (tenant.requireSignature) {
      const hint = `Give "${request.route.eventType}" a signature in the answers, or set require_signature to false.`;
      const detail = "No signature is configured for this event type.";
      return this.#refusals.refuse(request, "unauthorized", { reason: "signature_required", detail, hint });
    }
    return this.#store(request, { verdict: { status: "unsigned" }, dedupe: deliveryKey(deliveryIdOf(signed)) });
  }

  #conclude(
    request: ArrivedRequest,
    signed: SignedRequest,
    verdict: Verdict,
    tenant: TenantSources,
    provider: Provider | undefined,
  ): GivenAnswer | Promise<GivenAnswer> {
    if (verdict.status === "refused") return this.#refusals.forSignature(request, signed, verdict);
    if (verdict.handshake !== undefined) return this.#shake(request, verdict.handshake);
    if (verdict.status === "handshake" || request.method !== "POST") return this.#refusals.forMethod(request);
    const dedupe = dedupeKeyOf(verdict, tenant, request.rawBody);
    return this.#store(request, {
      verdict: recordedVerdict(verdict),
      dedupe,
      providerType: verdict.providerType,
      provider,
    });
  }

  async #shake(request: ArrivedRequest, handshake: Handshake): Promise<Answer> {
    await this.#options.onHandshake?.(request.route, handshake);
    const { status, headers, body } = handshake.answer;
    this.#tell(request, "handshake", {
      status,
      reason: handshake.name,
      ...(handshake.note !== undefined && { detail: handshake.note }),
    });
    return { status, headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])), body };
  }

  async #store(request: ArrivedRequest, { verdict, dedupe, providerType, provider }: Judged): Promise<GivenAnswer> {
    const envelope = envelopeOf(this.#options.newId(), request, verdict, dedupe, providerType);
    const arrival: Arrival = { request, envelope, provider };
    const checked = this.#bodyFault(request);
    const fault = checked instanceof Promise ? await checked : checked;
    if (fault instanceof NoRoom) return this.#refusals.refuse(request, "overloaded", NO_ROOM);
    if (fault !== undefined) return this.#answers.refuseContent(arrival, fault);
    const plan = this.#options.plan(envelope);
    if (plan.answering.length === 0) {
      return this.#answers.acknowledge(arrival, await this.#options.log.append({ envelope, runs: plan.runs }), plan);
    }
    // Listening starts before the event is stored: its run may be quicker than this function.
    const reply = this.#options.replies.expect(envelope.id, plan.answering, this.#deadlineFor(provider));
    const appended = await this.#appendOrCancel(envelope, plan);
    if (appended.kind === "duplicate") return this.#answers.acknowledge(arrival, appended, plan);
    return this.#answers.answerFor(arrival, await reply);
  }

  /** How long a flow may take for its answer: a provider that gives up earlier must have ours before. */
  #deadlineFor(provider: Provider | undefined): number {
    const { answerDeadlineMs } = this.#options;
    const limitMs = provider?.responseLimitMs;
    return limitMs === undefined ? answerDeadlineMs : Math.min(answerDeadlineMs, limitMs * SHARE_OF_PROVIDERS_LIMIT);
  }

  async #appendOrCancel(envelope: Envelope, plan: EventPlan): Promise<Appended> {
    try {
      const [run, other] = plan.runs;
      const early = run !== undefined && other === undefined ? this.#options.early?.(run, envelope) : undefined;
      const draft = { envelope, runs: plan.runs };
      const appended = await this.#options.log.append(early === undefined ? draft : { ...draft, early });
      if (appended.kind === "duplicate") this.#options.replies.cancel(envelope.id);
      return appended;
    } catch (fault) {
      this.#options.replies.cancel(envelope.id);
      throw fault;
    }
  }

  #bodyFault({ headers, rawBody }: ArrivedRequest): BodyFault | undefined | Promise<BodyFault | undefined> {
    try {
      // What would not fit beside its own raw bytes, even alone, is not asked for again.
      const roomBytes = this.#room.maxBytes - rawBody.length;
      const maxBytes = Math.min(this.#options.maxDecodedBytes, roomBytes);
      return checkClaimedJson(headers, rawBody, { maxBytes, room: this.#room, roomBytes })?.then(
        () => undefined,
        expectedFault,
      );
    } catch (fault) {
      return expectedFault(fault);
    }
  }

  #faulted(request: ArrivedRequest, fault: unknown): Answer {
    const isLog = fault instanceof GtcError && fault.code === "GTC_LOG_UNAVAILABLE";
    const isVerifier = fault instanceof Error && fault.name === "VerifierFault";
    const name: ProblemName = isLog ? "log-unavailable" : isVerifier ? "verification-unavailable" : "internal";
    const answer = problem(name);
    this.#options.onFault(isVerifier ? "verifying a request" : "receiving a request", fault);
    this.#tell(request, "none", { status: answer.status, reason: name, detail: messageOf(fault) });
    return answer;
  }

  #tell(
    request: ArrivedRequest,
    verdict: RequestRecord["verdict"],
    outcome: Outcome,
    durationMs = this.#durationOf(request),
  ): void {
    this.#options.onRequest(recordOf(request, verdict, outcome, durationMs));
  }

  #durationOf({ receivedAt }: ArrivedRequest): number {
    return this.#options.clock.monotonic() - receivedAt;
  }
}

type BodyFault = PayloadFault | NoRoom;

function expectedFault(fault: unknown): BodyFault {
  if (fault instanceof PayloadFault || fault instanceof NoRoom) return fault;
  throw fault;
}

const NO_ROOM: ExplainedRefusal = {
  reason: "overloaded",
  detail: "There was no room for the decoded body.",
  hint: "More bytes are in flight than max_inflight_bytes allows; senders will try again.",
};

/** What is known of a request that is to be stored. */
interface Judged {
  readonly verdict: VerdictRecord;
  readonly dedupe: DedupeKey | undefined;
  readonly providerType?: string | undefined;
  readonly provider?: Provider | undefined;
}
