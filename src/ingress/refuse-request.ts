/**
 * Every refusal that is no fault of a body: what the sender is told, which helps no attacker, what of the request is kept
 * in the log's ring, and what the operator is told.
 */
import { nearest, type NewId } from "../base/index.ts";
import type { Answer } from "../event/index.ts";
import type { EventLog } from "../event-log/index.ts";
import type { RefusedVerdict, SignedRequest } from "../signature/index.ts";
import { recordOf, type ArrivedRequest, type Outcome } from "./arrived-request.ts";
import { problem, type ProblemName } from "./problem.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { RefusalExplainer, type ExplainedRefusal, type RefusalExplainerOptions } from "./refusal-explainer.ts";
import { MOST_HEADERS, type HeadFault } from "./request-fault.ts";
import type { RequestRecord } from "./request-record.ts";
import { isNearlyWebhook } from "./source-table.ts";

/** Of a refused request. Whole up to here, it can be verified again; most providers' bodies are smaller. */
const KEPT_BODY_BYTES = 64 * 1024;
/** Refusals of one kind that need no secret to be caused. */
const KEPT_PROBES_PER_SECOND = 1;

export interface RefusalsOptions extends RefusalExplainerOptions {
  readonly log: EventLog;
  readonly newId: NewId;
  readonly onRequest: (record: RequestRecord) => void;
}

export class Refusals {
  readonly #options: RefusalsOptions;
  readonly #explainer: RefusalExplainer;
  readonly #probes: RateLimiter;

  constructor(options: RefusalsOptions) {
    this.#options = options;
    this.#explainer = new RefusalExplainer(options);
    this.#probes = new RateLimiter(KEPT_PROBES_PER_SECOND, options.clock);
  }

  /** Refuses a request, keeps it in the ring, and tells the operator why. */
  refuse(request: ArrivedRequest, name: ProblemName, why: ExplainedRefusal): Answer {
    const answer = problem(name);
    this.#keep(request, answer.status, this.#durationOf(request), why);
    return answer;
  }

  /** Refuses a request for one of the gateway's limits. */
  forLimit(request: ArrivedRequest, name: ProblemName): Answer {
    return this.refuse(request, name, {
      reason: name.replaceAll("-", "_"),
      detail: "",
      hint: LIMIT_HINTS[name] ?? "",
    });
  }

  /** Refuses a request to a webhook for what is wrong with its head. */
  forHead(request: ArrivedRequest, name: HeadFault): Answer {
    return this.#probe(request, name, name.replaceAll("-", "_"), () => HEAD_FAULTS[name]);
  }

  /** Refuses a request for its method. */
  forMethod(request: ArrivedRequest): Answer {
    const { method, route } = request;
    const detail = `It was sent with ${method}; webhooks are sent with POST.`;
    const hint =
      method === "GET" || method === "HEAD"
        ? `A browser or a monitor asks like this. If it is a provider's way to confirm the URL, give "${route.eventType}" its "provider" in the answers.`
        : "Have the sender use POST.";
    return this.#probe(request, "method-not-allowed", "method_not_allowed", () => ({ detail, hint }));
  }

  /** Refuses a path that is no webhook's. One that nearly is is probably a mistake; others come to any public address. */
  forPath(request: ArrivedRequest): Answer {
    const { method, target } = request;
    if (method !== "POST" || !isNearlyWebhook(target)) return problem("not-found");
    const detail = `There is no webhook at ${target}.`;
    const hint = "Webhooks are at /events/webhook/{tenant}/{event_type}; `gtc urls` lists them.";
    return this.#probe(request, "not-found", "unknown_path", () => ({ detail, hint }));
  }

  /** Refuses a request for a tenant that there is not. @param tenants those that there are */
  forTenant(request: ArrivedRequest, tenants: Iterable<string>): Answer {
    const { tenant } = request.route;
    return this.#probe(request, "not-found", "unknown_tenant", () => {
      const similar = nearest(tenant, tenants);
      const hint = similar === undefined ? "`gtc urls` lists the URLs of this bundle." : `Did you mean "${similar}"?`;
      return { detail: `There is no tenant "${tenant}".`, hint };
    });
  }

  /** Refuses a request for its signature: the sender has its 401 at once, why is worked out after it. */
  forSignature(request: ArrivedRequest, signed: SignedRequest, verdict: RefusedVerdict): Answer {
    // A browser or a probe that asks with GET is told the method, not that a signature is missing.
    if (request.method !== "POST") return this.#forChallenge(request, verdict);
    const answer = problem("unauthorized");
    const durationMs = this.#durationOf(request);
    const { route, receivedAtMs } = request;
    this.#explainer.explain({ route, request: signed, receivedAtMs, verdict }, (why) =>
      this.#keep(request, answer.status, durationMs, why),
    );
    return answer;
  }

  /** As by its method; the operator is told of a provider's challenge that it does not fit the answers. */
  #forChallenge(request: ArrivedRequest, { reason, detail, hint }: RefusedVerdict): Answer {
    if (reason !== "handshake_token_mismatch") return this.forMethod(request);
    return this.#probe(request, "method-not-allowed", reason, () => ({ detail, hint }));
  }

  /** Resolves when every refusal so far was kept. */
  settled(): Promise<void> {
    return this.#explainer.settled();
  }

  /**
   * Refuses what anyone can send who knows no secret and no name: another method, a path or a tenant that there is not.
   * It may be a sender's mistake, which the operator wants to find; but whoever only tries must not push other refusals
   * out of the ring, so of each kind one a second is kept. All are counted. `explained` is asked for one that is kept: with
   * a thousand tenants, finding the most similar takes a tenth of a second.
   */
  #probe(
    request: ArrivedRequest,
    name: ProblemName,
    reason: string,
    explained: () => Pick<ExplainedRefusal, "detail" | "hint">,
  ): Answer {
    if (this.#probes.take(reason)) return this.refuse(request, name, { reason, ...explained() });
    const answer = problem(name);
    this.#tell(request, { status: answer.status, reason, unkept: true }, this.#durationOf(request));
    return answer;
  }

  #keep(request: ArrivedRequest, status: number, durationMs: number, why: ExplainedRefusal): void {
    const { receivedAtMs, route, method, target, headers, remoteAddress, rawBody } = request;
    this.#options.log.refuse({
      id: this.#options.newId(),
      receivedAtMs,
      tenant: route.tenant,
      eventType: route.eventType,
      method,
      target,
      headers,
      remoteAddress,
      status,
      bodyBytes: rawBody.length,
      // A copy of its own: a view would drag the whole buffer behind it along.
      bodyStart: new Uint8Array(rawBody.subarray(0, KEPT_BODY_BYTES)),
      ...why,
    });
    this.#tell(request, { status, ...why }, durationMs);
  }

  #tell(request: ArrivedRequest, outcome: Outcome, durationMs: number): void {
    this.#options.onRequest(recordOf(request, "refused", outcome, durationMs));
  }

  #durationOf({ receivedAt }: ArrivedRequest): number {
    return this.#options.clock.monotonic() - receivedAt;
  }
}

const HEAD_FAULTS: Readonly<Record<HeadFault, { readonly detail: string; readonly hint: string }>> = {
  "invalid-request": {
    detail: "It has no Host, more than one, or one that cannot be a host.",
    hint: "Have the sender, or the proxy before the gateway, write one Host header.",
  },
  "headers-too-large": {
    detail: `It has more than ${MOST_HEADERS} headers.`,
    hint: "Have the sender, or the proxy before the gateway, send fewer.",
  },
  "unsupported-transfer-coding": {
    detail: "Its Transfer-Encoding is another than chunked.",
    hint: "Have the sender compress with Content-Encoding instead.",
  },
  "expectation-failed": {
    detail: "Its Expect header asks for something else than 100-continue.",
    hint: "Have the sender leave the header out.",
  },
  "unsupported-version": {
    detail: "It is neither in HTTP/1.1 nor in HTTP/1.0.",
    hint: "Have the sender, or the proxy before the gateway, speak HTTP/1.1.",
  },
};

const LIMIT_HINTS: Readonly<Partial<Record<ProblemName, string>>> = {
  "body-too-large":
    "Raise max_body_bytes (and max_inflight_bytes, where that is less) if this sender's bodies are that large.",
  "request-timeout":
    "Its body hardly came on while others needed the room that it took (max_inflight_bytes); the sender will try again.",
  overloaded: "More bytes are in flight than max_inflight_bytes allows; senders will try again.",
  "too-many-requests": "The tenant sends more than rate_limit_per_second; raise it if that is expected.",
};
