/**
 * Verifies a refused request again, as it came, and stores it as an event when it verifies now: e.g. because a mistyped
 * secret was corrected. Its sender had its answer long ago, so nobody waits for a flow's.
 *
 * Invariants:
 * 1. What is accepted has verified with the settings of now on the very bytes that came, by a secret that is good today.
 *    There is no other way in: where no signature is asked for, a refused request stays refused.
 * 2. Its time is that of its receipt: a signed timestamp is as old as it was then, and a replay stays one.
 * 3. It runs once: its key is the sender's id of the delivery, else the refusal's own. What is so old that the keys of its
 *    time are forgotten is not accepted.
 */
import type { Clock, NewId } from "../base/index.ts";
import type { EventPlan } from "../dispatch/index.ts";
import type { DedupeKey, Envelope } from "../event/index.ts";
import type { EventLog, PlannedRun, Refusal } from "../event-log/index.ts";
import { checkClaimedJson, NoRoom, PayloadFault } from "../payload/index.ts";
import { VerifierFault, type SignedRequest, type Verdict, type VerifiedVerdict } from "../signature/index.ts";
import type { ArrivedRequest } from "./arrived-request.ts";
import { InflightBytes } from "./inflight-bytes.ts";
import { dedupeKeyOf } from "./dedupe-key.ts";
import { envelopeOf, verifiedRecord } from "./event-of-request.ts";
import { RefusalExplainer } from "./refusal-explainer.ts";
import { signedRequestOf } from "./signed-request.ts";
import type { SourceTable, TenantSources } from "./source-table.ts";
import {
  hindranceTo,
  NOT_A_DELIVERY,
  NOTHING_TO_VERIFY,
  retiredSecret,
  unknownTenant,
  type StillRefused,
} from "./still-refused.ts";

export interface AcceptorOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly newId: NewId;
  /** The sources of now. */
  readonly sources: () => SourceTable;
  readonly plan: (event: Envelope) => EventPlan;
  readonly maxDecodedBytes: number;
  readonly dedupeWindowMs: number;
  /** 0: events are kept for ever. */
  readonly retentionMs: number;
  readonly onFault: (what: string, fault: unknown) => void;
}

export type Acceptance =
  | { readonly outcome: "accepted"; readonly eventId: string; readonly runs: readonly PlannedRun[] }
  /** It is an event already: accepted before, or delivered again by its sender. */
  | { readonly outcome: "duplicate"; readonly eventId: string }
  | ({ readonly outcome: "still_refused" } & StillRefused);

/** Called with the event's id before it is stored. */
export type BeforeStored = (eventId: string) => Promise<void>;

/** A body of another charset is looked at in UTF-8, which has at most three bytes for one of it. */
const DECODED_AND_TEXT = 4;

export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #explainer: RefusalExplainer;
  readonly #room: InflightBytes;

  constructor(options: AcceptorOptions) {
    this.#options = options;
    this.#explainer = new RefusalExplainer(options);
    this.#room = new InflightBytes(options.maxDecodedBytes * DECODED_AND_TEXT, options.clock);
  }

  /**
   * Accepts a refused request when it verifies now.
   * @throws GtcError GTC_LOG_UNAVAILABLE, and whatever `beforeStored` throws; then nothing was stored.
   */
  async accept(refusal: Refusal, beforeStored: BeforeStored): Promise<Acceptance> {
    if (refusal.acceptedAs !== undefined) return { outcome: "duplicate", eventId: refusal.acceptedAs.eventId };
    const hindrance = this.hindranceTo(refusal);
    if (hindrance !== undefined) return { outcome: "still_refused", ...hindrance };
    const request = requestOf(refusal);
    const judged = await this.#judge(request);
    if ("reason" in judged) return { outcome: "still_refused", ...judged };
    const fault = await this.#bodyFault(request);
    if (fault !== undefined) return { outcome: "still_refused", ...fault };
    return this.#store(refusal, request, judged, beforeStored);
  }

  /** Why a refused request is not even verified again; undefined: it is. */
  hindranceTo(refusal: Refusal): StillRefused | undefined {
    return hindranceTo(refusal, { ...this.#options, nowMs: this.#options.clock.now() });
  }

  /** What verifies the request today, or why it does not. */
  async #judge(request: KeptRequest): Promise<Judged | StillRefused> {
    const { sources, maxDecodedBytes } = this.#options;
    const { tenants, publicBaseUrl } = sources();
    const { tenant: name, eventType } = request.route;
    const tenant = tenants.get(name);
    if (tenant === undefined) return unknownTenant(name);
    const verifier = tenant.verifiers.get(eventType) ?? tenant.fallback;
    if (verifier === undefined) return NOTHING_TO_VERIFY;
    const signed = signedRequestOf(request, publicBaseUrl, maxDecodedBytes);
    try {
      return await this.#weigh(request, signed, tenant, await verifier.verify(signed, request.receivedAtMs));
    } catch (fault) {
      if (!(fault instanceof VerifierFault)) throw fault;
      return { reason: "verification_unavailable", detail: fault.message, hint: "Try again later." };
    }
  }

  async #weigh(
    request: KeptRequest,
    signed: SignedRequest,
    tenant: TenantSources,
    verdict: Verdict,
  ): Promise<Judged | StillRefused> {
    if (verdict.status === "refused") {
      const { route, receivedAtMs } = request;
      return new Promise((tell) => this.#explainer.explain({ route, request: signed, receivedAtMs, verdict }, tell));
    }
    if (verdict.status === "handshake" || verdict.handshake !== undefined) return NOT_A_DELIVERY;
    if (!verdict.authenticated) return NOTHING_TO_VERIFY;
    const settings = tenant.settings.get(request.route.eventType) ?? tenant.fallbackSettings;
    const key = settings?.keys.find(({ name }) => name === verdict.keyName);
    // Good when the request came, and withdrawn since: whoever stole it may have sent this.
    if (key?.notAfterMs !== undefined && this.#options.clock.now() > key.notAfterMs) return retiredSecret(key.name);
    return { verdict, tenant };
  }

  async #bodyFault({ headers, rawBody }: KeptRequest): Promise<StillRefused | undefined> {
    try {
      await checkClaimedJson(headers, rawBody, {
        maxBytes: this.#options.maxDecodedBytes,
        room: this.#room,
        roomBytes: this.#room.maxBytes,
      });
      return undefined;
    } catch (fault) {
      if (fault instanceof PayloadFault)
        return { reason: fault.code, detail: fault.message, hint: "The sender has to correct what it sends." };
      if (fault instanceof NoRoom)
        return { reason: "overloaded", detail: "There was no room for the decoded body.", hint: "Try again later." };
      throw fault;
    }
  }

  async #store(
    refusal: Refusal,
    request: KeptRequest,
    { verdict, tenant }: Judged,
    beforeStored: BeforeStored,
  ): Promise<Acceptance> {
    const { log, clock, newId, plan } = this.#options;
    const atMs = clock.now();
    const record = { ...verifiedRecord(verdict), afterRefusal: true } as const;
    const dedupe = dedupeKeyOf(verdict, tenant, request.rawBody) ?? ownKey(refusal.id);
    const envelope: Envelope = {
      ...envelopeOf(newId(), request, record, dedupe, verdict.providerType),
      acceptedFrom: { refusalId: refusal.id, atMs },
    };
    const runs = plan(envelope).runs.map((run) => ({ ...run, createdAtMs: atMs }));
    await beforeStored(envelope.id);
    const appended = await log.append({ envelope, runs });
    const eventId = appended.kind === "duplicate" ? appended.duplicateOf : envelope.id;
    log.noteAccepted({ refusalId: refusal.id, eventId, atMs });
    return appended.kind === "duplicate" ? { outcome: "duplicate", eventId } : { outcome: "accepted", eventId, runs };
  }
}

type KeptRequest = Omit<ArrivedRequest, "receivedAt">;

interface Judged {
  readonly verdict: VerifiedVerdict;
  readonly tenant: TenantSources;
}

function requestOf(refusal: Refusal): KeptRequest {
  const { tenant, eventType, method, target, headers, remoteAddress, receivedAtMs, bodyStart } = refusal;
  return { route: { tenant, eventType }, method, target, headers, remoteAddress, rawBody: bodyStart, receivedAtMs };
}

/** Where the sender gives no id, the refusal itself is what must not be accepted twice. */
function ownKey(refusalId: string): DedupeKey {
  return { value: `refused:${refusalId}`, source: "refusal", signed: false };
}
