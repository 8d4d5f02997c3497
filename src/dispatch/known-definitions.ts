/** The definitions of the flows that run now, by their hash. */
import { RecentMap } from "../base/index.ts";
import type { EventLog } from "../event-log/index.ts";
import type { FlowSet } from "../flow/index.ts";
import { ASK_AGAIN_MS } from "./run-claims.ts";

/** More than a batch may need at once. */
const KEPT_DEFINITIONS = 500;

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

  /** Loads what is not known yet; those of today's flows without the log. The runs that need it are claimed: where it cannot be read now, they wait for it here. */
  async load(hash: string): Promise<void> {
    while (!this.#stopped && this.#known.get(hash) === undefined) {
      try {
        const today = this.#today().all.find((flow) => flow.hash === hash);
        const json = today?.definitionJson ?? (await this.#log.flowDefinition(hash));
        if (json !== undefined) this.#known.set(hash, json);
        return;
      } catch (fault) {
        this.#onFault?.("reading a flow's definition", fault);
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS).unref());
      }
    }
  }

  /** Waits for nothing any more. */
  stop(): void {
    this.#stopped = true;
  }
}
