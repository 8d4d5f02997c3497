/**
 * The bundle that a gateway works with now: its flows, and its sources made ready for requests. Whoever needs them asks at
 * each event, so that a reload takes effect with the next one; runs that began go on with the definition they began with.
 */
import type { Clock } from "./base/index.ts";
import type { FlowSet } from "./flow/index.ts";
import { buildSourceTable, type SourceTable } from "./ingress/index.ts";
import { keepReplaced, type LoadedBundle } from "./setup/index.ts";
import type { KeyStore } from "./signature/index.ts";

export class CurrentBundle {
  readonly #keyStore: KeyStore;
  #bundle: LoadedBundle;
  #sources: SourceTable;
  #last: Promise<unknown> = Promise.resolve();

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

  /**
   * Loads it anew, from the one of now, and takes over what was loaded; secrets that their files no longer hold go on for
   * their overlap. One change after the other: whoever loads beside another would put back what that one took over.
   * @throws what `load` throws; the bundle is then what it was.
   */
  change<Loaded extends { readonly bundle: LoadedBundle }>(
    load: (now: LoadedBundle) => Promise<Loaded>,
    clock: Clock,
  ): Promise<Loaded> {
    const changed = this.#last.then(async () => {
      const loaded = await load(this.#bundle);
      this.#take(loaded.bundle, clock.now());
      return loaded;
    });
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  #take(bundle: LoadedBundle, nowMs: number): void {
    const kept = keepReplaced(this.#bundle, bundle, nowMs);
    this.#sources = sourcesOf(kept, this.#keyStore);
    this.#bundle = kept;
  }
}

function sourcesOf({ publicBaseUrl, sources }: LoadedBundle, keyStore: KeyStore): SourceTable {
  return buildSourceTable(publicBaseUrl, sources, keyStore);
}
