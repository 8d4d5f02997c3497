/** The definitions of the flows that run now, by their hash. */
import { RecentMap } from "../base/index.ts";
import type { EventLog } from "../event-log/index.ts";
import type { FlowSet } from "../flow/index.ts";
import { ASK_AGAIN_MS } from "./run-claims.ts";

/** More than a batch may need at once. */
const KEPT_DEFINITIONS = 500;
/** At once, for a fault that is over as soon as it is there. */
const MOST_TRIES = 2;

export interface KnownDefinitionsOptions {
  readonly log: EventLog;
  /** The flows of today. */
  readonly flows: () => FlowSet;
  readonly onFault?: (what: string, fault: unknown) => void;
}

export class KnownDefinitions {
  readonly #log: EventLog;
  readonly #today: () => FlowSet;
  readonly #onFault: ((what: string, fault: unknown) => void) | undefined;
  readonly #known = new RecentMap<string, string>(KEPT_DEFINITIONS);
  #stopped = false;

  constructor({ log, flows, onFault }: KnownDefinitionsOptions) {
    this.#log = log;
    this.#today = flows;
    this.#onFault = onFault;
  }

  get(hash: string): string | undefined {
    return this.#known.get(hash);
  }

  set(hash: string, json: string): void {
    this.#known.set(hash, json);
  }

  /**
   * Loads what is not known yet; those of today's flows without the log. Returns why it cannot be read now: whoever needs
   * it is to ask again later, as all others wait meanwhile.
   */
  async load(hash: string): Promise<unknown> {
    for (let tries = 1; !this.#stopped && this.#known.get(hash) === undefined; tries++) {
      try {
        const today = this.#today().all.find((flow) => flow.hash === hash);
        const json = today?.definitionJson ?? (await this.#log.flowDefinition(hash));
        if (json !== undefined) this.#known.set(hash, json);
        return undefined;
      } catch (fault) {
        this.#onFault?.("reading a flow's definition", fault);
        if (tries === MOST_TRIES) return fault;
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS).unref());
      }
    }
    return undefined;
  }

  /** Waits for nothing any more. */
  stop(): void {
    this.#stopped = true;
  }
}
