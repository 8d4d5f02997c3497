/**
 * Works out why a signature was refused, for the operator, after the sender has had the same 401 as everyone.
 *
 * Invariants:
 * 1. Nothing here delays an answer or changes it: cases are taken one at a time, each in a turn of the event loop of its own.
 * 2. The work is bounded whatever senders do: cases per second, cases in line, bytes per case. Past a bound the refusal is
 *    kept with what verification itself found, and says that no more was looked for.
 * 3. Every case that was handed in is told exactly once, also when the gateway closes. Where telling one fails, the next
 *    are told all the same.
 */
import type { Clock } from "../base/index.ts";
import {
  explainRefusal,
  type Explanation,
  type OtherKeys,
  type RefusedVerdict,
  type SignedRequest,
} from "../signature/index.ts";
import { RateLimiter } from "./rate-limiter.ts";
import type { Route, SourceTable } from "./source-table.ts";

/** A burst of so many, then so many per second. */
const CASES_PER_SECOND = 10;
const MAX_IN_LINE = 50;
/** Larger bodies are not held for it. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Hashed per case: some milliseconds. */
const MAX_HASHED_BYTES = 4 * 1024 * 1024;

export interface RefusalCase {
  readonly route: Route;
  readonly request: SignedRequest;
  readonly receivedAtMs: number;
  readonly verdict: RefusedVerdict;
}

/** What the operator is told: `likely` is absent when nothing was looked for. */
export interface ExplainedRefusal {
  readonly reason: string;
  readonly detail: string;
  readonly hint: string;
  readonly likely?: { readonly reason: string; readonly certain: boolean };
}

export interface RefusalExplainerOptions {
  readonly clock: Clock;
  readonly sources: () => SourceTable;
  readonly onFault: (what: string, fault: unknown) => void;
}

export class RefusalExplainer {
  readonly #options: RefusalExplainerOptions;
  readonly #rate: RateLimiter;
  #inLine = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: RefusalExplainerOptions) {
    this.#options = options;
    this.#rate = new RateLimiter(CASES_PER_SECOND, options.clock);
  }

  /** Tells what is known of a refusal, soon; never throws. */
  explain(item: RefusalCase, tell: (refusal: ExplainedRefusal) => void): void {
    const { length } = item.request.rawBody;
    if (length > MAX_BODY_BYTES || this.#inLine >= MAX_IN_LINE || !this.#rate.take("")) {
      const because = length > MAX_BODY_BYTES ? "the body is too large" : "too many requests are refused";
      this.#tell(tell, asFound(item.verdict, because));
      return;
    }
    this.#inLine += 1;
    this.#last = this.#tellAfter(this.#last, item, tell);
  }

  /** Resolves when everything handed in so far was told. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #tellAfter(others: Promise<void>, item: RefusalCase, tell: (refusal: ExplainedRefusal) => void): Promise<void> {
    await others;
    await new Promise((resolve) => setImmediate(resolve));
    this.#tell(tell, await this.#explained(item));
    this.#inLine -= 1;
  }

  #tell(tell: (refusal: ExplainedRefusal) => void, refusal: ExplainedRefusal): void {
    try {
      tell(refusal);
    } catch (fault) {
      this.#options.onFault("telling a refusal", fault);
    }
  }

  async #explained({ route, request, receivedAtMs, verdict }: RefusalCase): Promise<ExplainedRefusal> {
    try {
      const sources = this.#options.sources();
      const tenant = sources.tenants.get(route.tenant);
      const own = tenant?.settings.get(route.eventType) ?? tenant?.fallbackSettings;
      if (own === undefined) return asFound(verdict, "its source is gone");
      const item = { config: own.config, keys: own.keys, request, nowMs: receivedAtMs };
      const options = { others: othersThan(own, sources), keyStore: sources.keyStore, maxBytes: MAX_HASHED_BYTES };
      return explained(verdict, await explainRefusal(item, verdict, options));
    } catch (fault) {
      this.#options.onFault("explaining a refusal", fault);
      return asFound(verdict, "looking for it failed");
    }
  }
}

function explained(
  { reason }: RefusedVerdict,
  { reason: likely, detail, fix, certain }: Explanation,
): ExplainedRefusal {
  return { reason, detail, hint: fix, likely: { reason: likely, certain } };
}

function asFound({ reason, detail, hint }: RefusedVerdict, because: string): ExplainedRefusal {
  return {
    reason,
    detail,
    hint: `${hint} (The cause was not looked for: ${because}. \`gtc verify\` does it for a captured request.)`.trim(),
  };
}

/** The secrets of every other tenant and event type. */
function* othersOf(sources: SourceTable): Generator<OtherKeys> {
  for (const [tenant, { settings, fallbackSettings }] of sources.tenants) {
    for (const [eventType, { keys }] of settings) yield { name: `${tenant}/${eventType}`, keys };
    if (fallbackSettings !== undefined) yield { name: `${tenant} (secret_key)`, keys: fallbackSettings.keys };
  }
}

function othersThan(own: { readonly keys: OtherKeys["keys"] }, sources: SourceTable): readonly OtherKeys[] {
  return [...othersOf(sources)].filter(({ keys }) => keys !== own.keys);
}
