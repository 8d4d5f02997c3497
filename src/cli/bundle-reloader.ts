/**
 * Brings what changed on disk into a running gateway: flows (where they are watched), settings, secrets. One change at a
 * time; a faulty one leaves what runs, and says so. Faulty flows or a faulty bundle.yaml keep no secret back.
 */
import type { GatewayConfig } from "../config/index.ts";
import type { Gateway } from "../gateway.ts";
import { hasErrors, hasSameSecrets, reloadBundle, secretFiles, type LoadedBundle } from "../setup/index.ts";
import type { Diagnostic } from "../text/index.ts";
import type { CommandContext } from "./command.ts";
import type { GatewayConsole } from "./gateway-console.ts";
import { BundleFault } from "./load.ts";

export interface ReloaderOptions {
  readonly context: CommandContext;
  readonly config: GatewayConfig;
  readonly gateway: Gateway;
  readonly output: GatewayConsole;
  /** What the gateway started with. */
  readonly bundle: LoadedBundle;
  readonly withFlows: boolean;
}

export class BundleReloader {
  readonly #options: ReloaderOptions;
  #bundle: LoadedBundle;
  #last: Promise<void> = Promise.resolve();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#bundle = options.bundle;
  }

  /** Files outside `state/` whose content is part of what runs. */
  get secretFiles(): readonly string[] {
    return secretFiles(this.#bundle);
  }

  /** After flows, settings or sealed secrets changed. Never throws. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#bundle;
      const loaded = await this.#take();
      this.#refuseFaults(loaded);
      const { withFlows, output } = this.#options;
      for (const warning of newIn(loaded.diagnostics, before.diagnostics)) output.mistake(warning);
      output.say(
        withFlows ? `Loaded ${loaded.flows.all.length} flow(s) again.` : "Took over the settings and secrets anew.",
      );
    });
  }

  /** After a file that holds a secret may have changed; says something only if it has. Never throws. */
  reloadSecrets(): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#bundle;
      const loaded = await this.#take();
      if (hasSameSecrets(before, loaded)) return;
      this.#options.output.say("Took over a secret that its file holds anew.");
      this.#refuseFaults(loaded);
    });
  }

  async #take(): Promise<LoadedBundle> {
    const { context, config, gateway, withFlows } = this.#options;
    const { env } = context;
    const options = { keyText: env["GTC_KEY"], env, maxBodyBytes: config.maxBodyBytes };
    const loaded = await reloadBundle(this.#bundle, options, withFlows ? "all" : "setup");
    await gateway.reload(loaded);
    this.#bundle = loaded;
    return loaded;
  }

  /** @throws BundleFault where only settings and secrets were taken over. */
  #refuseFaults({ folder, diagnostics }: LoadedBundle): void {
    if (hasErrors(diagnostics)) throw new BundleFault(folder, diagnostics);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work).catch((fault: unknown) => this.#complain(fault));
    return this.#last;
  }

  #complain(fault: unknown): void {
    const { output } = this.#options;
    const isPartial = fault instanceof BundleFault;
    if (isPartial) for (const diagnostic of fault.diagnostics) output.mistake(diagnostic);
    const what = isPartial
      ? "the last good version goes on, with the settings and secrets of now"
      : "the last good version goes on";
    output.fault(`loading the bundle again (${what})`, fault);
  }
}

/** Who edits a file is not shown the warnings of all others each time. */
function newIn(now: readonly Diagnostic[], before: readonly Diagnostic[]): readonly Diagnostic[] {
  const known = new Set(before.map(keyOf));
  return now.filter((diagnostic) => !known.has(keyOf(diagnostic)));
}

function keyOf({ code, message, source }: Diagnostic): string {
  return [source.name, code, message].join("\n");
}
