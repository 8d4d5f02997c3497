/** What several commands need of a bundle: its folder, its configuration, and its flows without a fault. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { GtcError } from "../base/index.ts";
import { resolveConfig, type GatewayConfig } from "../config/index.ts";
import { hasErrors, loadBundle, type LoadedBundle } from "../setup/index.ts";
import { fileText, whyNoText, Source, type Diagnostic } from "../text/index.ts";
import type { CommandContext } from "./command.ts";

/** An error whose places are shown with their lines. */
export class BundleFault extends GtcError {
  readonly diagnostics: readonly Diagnostic[];
  constructor(path: string, diagnostics: readonly Diagnostic[]) {
    super("GTC_BUNDLE_INVALID", { path, count: diagnostics.filter(({ level }) => level === "error").length });
    this.diagnostics = diagnostics;
  }
}

export function folderOf(context: CommandContext, bundle: string | undefined): string {
  return resolve(context.cwd, bundle ?? ".");
}

/** The configuration for a bundle; `options` are those of the command line by setting name. @throws GtcError */
export async function configFor(
  context: CommandContext,
  folder: string,
  options: Readonly<Record<string, string | undefined>> = {},
): Promise<GatewayConfig> {
  const path = join(folder, "gtc.yaml");
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
    throw new GtcError("GTC_CONFIG_INVALID", { detail: `${path} cannot be read: ${cause.message}` }, { cause });
  });
  const text = bytes && fileText(bytes);
  if (bytes !== undefined && text === undefined)
    throw new GtcError("GTC_CONFIG_INVALID", { detail: `${path} ${whyNoText(bytes).what}` });
  return resolveConfig({
    options,
    env: context.env,
    ...(text !== undefined && { file: new Source(path, text) }),
  });
}

/** A bundle that was set up and whose files have no fault. @throws GtcError, BundleFault */
export async function soundBundle(
  context: CommandContext,
  folder: string,
  config: GatewayConfig,
): Promise<LoadedBundle> {
  const { env } = context;
  const bundle = await loadBundle(folder, { keyText: env["GTC_KEY"], env, maxBodyBytes: config.maxBodyBytes });
  if (hasErrors(bundle.diagnostics)) throw new BundleFault(folder, bundle.diagnostics);
  return bundle;
}
