/**
 * Brings what changed on disk into a running gateway: flows (where they are watched), settings, secrets. One change at a
 * time; a faulty one leaves what runs, and says so. Faulty flows or a faulty bundle.yaml keep no secret back.
 */
import { GtcError, messageOf } from "../base/index.ts";
import type { GatewayConfig } from "../config/index.ts";
import type { Gateway } from "../gateway.ts";
import {
  hasErrors,
  hasSameSecrets,
  reloadBundle,
  secretFiles,
  UnresolvedSecrets,
  type LoadedBundle,
  type ReloadedBundle,
} from "../setup/index.ts";
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

/** When a change is tried again that could not be taken over for now, as while the disk is full. */
const AGAIN_MS = 5000;

export class BundleReloader implements AsyncDisposable {
  readonly #options: ReloaderOptions;
  #bundle: LoadedBundle;
  #last: Promise<void> = Promise.resolve();
  /** The files of secrets for want of which the last load failed. */
  #awaited: readonly string[] = [];
  /** What was said of that load. */
  #said = "";
  #again: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#bundle = options.bundle;
  }

  /** Files outside `state/` whose content is part of what runs, or would be if it could be read. */
  get secretFiles(): readonly string[] {
    return [...new Set([...secretFiles(this.#bundle), ...this.#awaited])];
  }

  /** After flows, settings or sealed secrets changed. Never throws. */
  reload(): Promise<void> {
    return this.#reload(false);
  }

  #reload(onlyNews: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#bundle;
      const taken = await this.#take();
      if (this.#isPartial(taken)) return;
      const { flows, diagnostics } = taken.bundle;
      const { withFlows, output } = this.#options;
      for (const warning of newIn(diagnostics, before.diagnostics)) output.mistake(warning);
      output.say(withFlows ? `Loaded ${flows.all.length} flow(s) again.` : "Took over the settings and secrets anew.");
    }, onlyNews);
  }

  /** After a file that holds a secret may have changed; says something only if that is news. Never throws. */
  reloadSecrets(): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#bundle;
      const taken = await this.#take();
      if (hasSameSecrets(before, taken.bundle)) return;
      this.#options.output.say("Took over a secret that its file holds anew.");
      this.#isPartial(taken);
    }, true);
  }

  /** Loads nothing more; what is under way is then over. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#again);
    await this.#last;
  }

  async #take(): Promise<ReloadedBundle> {
    const { context, config, gateway, withFlows } = this.#options;
    const { env } = context;
    const options = { keyText: env["GTC_KEY"], env, maxBodyBytes: config.maxBodyBytes };
    const taken = await gateway.reload((now) => reloadBundle(now, options, withFlows ? "all" : "setup"));
    this.#bundle = taken.bundle;
    this.#awaited = [];
    this.#said = "";
    clearTimeout(this.#again);
    return taken;
  }

  #inTurn(work: () => Promise<void>, onlyNews = false): Promise<void> {
    this.#last = this.#last.then(work).catch((fault: unknown) => this.#complain(fault, onlyNews));
    return this.#last;
  }

  /** Whether only settings and secrets were taken over; says why. */
  #isPartial({ bundle, missing }: ReloadedBundle): boolean {
    const { folder, diagnostics } = bundle;
    const fault = missing ?? (hasErrors(diagnostics) ? new BundleFault(folder, diagnostics) : undefined);
    if (fault === undefined) return false;
    const { output } = this.#options;
    if (fault instanceof BundleFault) for (const diagnostic of diagnostics) output.mistake(diagnostic);
    output.fault(
      "loading the bundle again (the last good version goes on, with the settings and secrets of now)",
      fault,
    );
    return true;
  }

  #tryAgain(): void {
    clearTimeout(this.#again);
    if (!this.#stopped) this.#again = setTimeout(() => void this.#reload(true), AGAIN_MS).unref();
  }

  #complain(fault: unknown, onlyNews: boolean): void {
    this.#awaited = fault instanceof UnresolvedSecrets ? fault.files : [];
    if (fault instanceof GtcError && fault.spec.retryable) this.#tryAgain();
    if (onlyNews && this.#said === messageOf(fault)) return;
    this.#said = messageOf(fault);
    this.#options.output.fault("loading the bundle again (the last good version goes on)", fault);
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
