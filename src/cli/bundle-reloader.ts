/**
 * Brings what changed on disk into a running gateway: flows (where they are watched), settings, secrets. One change at a
 * time; a faulty one leaves what runs, and says so. Faulty files of the author keep no secret out: those who sign with a
 * new one would be refused.
 */
import type { GatewayConfig } from "../config/index.ts";
import type { Gateway } from "../gateway.ts";
import {
  filesBeside,
  hasSameSecrets,
  loadSetup,
  secretFiles,
  type FilesBeside,
  type LoadedBundle,
} from "../setup/index.ts";
import type { CommandContext } from "./command.ts";
import type { GatewayConsole } from "./gateway-console.ts";
import { BundleFault } from "./load.ts";

export interface ReloaderOptions {
  readonly context: CommandContext;
  readonly folder: string;
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
      const { loaded, isWhole } = await this.#take();
      if (!isWhole) return;
      const { withFlows, output } = this.#options;
      output.say(
        withFlows ? `Loaded ${loaded.flows.all.length} flow(s) again.` : "Took over the settings and secrets anew.",
      );
    });
  }

  /** After a file that holds a secret may have changed; says something only if it has. Never throws. */
  reloadSecrets(): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#bundle;
      const { loaded } = await this.#take();
      if (!hasSameSecrets(before, loaded)) this.#options.output.say("Took over a secret that its file holds anew.");
    });
  }

  async #take(): Promise<{ readonly loaded: LoadedBundle; readonly isWhole: boolean }> {
    const { context, config, gateway, withFlows } = this.#options;
    const { env } = context;
    const beside = await filesBeside(this.#bundle, withFlows);
    const loaded = await loadSetup(beside.files, { keyText: env["GTC_KEY"], env, maxBodyBytes: config.maxBodyBytes });
    await gateway.reload(loaded);
    this.#bundle = loaded;
    return { loaded, isWhole: this.#isWhole(beside) };
  }

  /** Says what of the files was not taken over. */
  #isWhole({ faults, missing }: FilesBeside): boolean {
    const fault = missing ?? (faults.length > 0 ? new BundleFault(this.#options.folder, faults) : undefined);
    if (fault === undefined) return true;
    const { output, withFlows } = this.#options;
    const what = withFlows ? "flows and bundle.yaml" : "bundle.yaml";
    for (const diagnostic of faults) output.mistake(diagnostic);
    output.fault(`loading ${what} again (the last good version goes on, with the settings and secrets of now)`, fault);
    return false;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work).catch((fault: unknown) => this.#complain(fault));
    return this.#last;
  }

  #complain(fault: unknown): void {
    this.#options.output.fault("loading the bundle again (the last good version goes on)", fault);
  }
}
