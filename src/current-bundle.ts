/**
 * The bundle that a gateway works with now: its flows, and its sources made ready for requests. Whoever needs them asks at
 * each event, so that a reload takes effect with the next one; runs that began go on with the definition they began with.
 */
import type { FlowSet } from "./flow/index.ts";
import { buildSourceTable, type SourceTable } from "./ingress/index.ts";
import { keepReplaced, type LoadedBundle } from "./setup/index.ts";
import type { KeyStore } from "./signature/index.ts";

export class CurrentBundle {
  readonly #keyStore: KeyStore;
  #bundle: LoadedBundle;
  #sources: SourceTable;

  constructor(bundle: LoadedBundle, keyStore: KeyStore) {
    this.#keyStore = keyStore;
    this.#bundle = bundle;
    this.#sources = sourcesOf(bundle, keyStore);
  }

  get bundle(): LoadedBundle {
    return this.#bundle;
  }

  get flows(): FlowSet {
    return this.#bundle.flows;
  }

  get sources(): SourceTable {
    return this.#sources;
  }

  /** Takes over a bundle that was loaded anew. Secrets that their files no longer hold go on for their overlap. */
  take(bundle: LoadedBundle, nowMs: number): void {
    const kept = keepReplaced(this.#bundle, bundle, nowMs);
    this.#sources = sourcesOf(kept, this.#keyStore);
    this.#bundle = kept;
  }
}

function sourcesOf({ publicBaseUrl, sources }: LoadedBundle, keyStore: KeyStore): SourceTable {
  return buildSourceTable(publicBaseUrl, sources, keyStore);
}
