/**
 * A bundle that changed on disk while a gateway runs on it.
 *
 * Invariants:
 * 1. Settings and secrets are taken over whatever the other files say, also where there are none: a rotated secret must
 *    not wait until somebody has finished editing a flow.
 * 2. What the author wrote is taken over without a fault or not at all: a `bundle.yaml` that cannot be read names no
 *    tenants, and without its tenants a gateway would turn every sender away.
 */
import { GtcError } from "../base/index.ts";
import { hasErrors, readBundleFile, readBundleFolder, type BundleFolder } from "./bundle-folder.ts";
import { withSetup, type LoadedBundle, type LoadOptions } from "./load-bundle.ts";

export interface ReloadedBundle {
  /**
   * To go on with. Its diagnostics are those of the files as they are now: with an error among them, bundle.yaml and
   * flows are those from before.
   */
  readonly bundle: LoadedBundle;
  /** Why no file was read: there is no bundle.yaml any more. */
  readonly missing?: GtcError;
}

/**
 * Loads a bundle again; `parts`: with its flows, or those of `before`.
 * @throws GtcError GTC_NOT_SET_UP, GTC_SECRET_KEY, GTC_SECRET_UNRESOLVED; then nothing is to be taken over.
 */
export async function reloadBundle(
  before: LoadedBundle,
  options: LoadOptions,
  parts: "all" | "setup",
): Promise<ReloadedBundle> {
  const files = await (parts === "all" ? authored(before) : withoutFlows(before)).catch((fault: unknown) => {
    if (fault instanceof GtcError) return fault;
    throw fault;
  });
  if (files instanceof GtcError) return { bundle: await withSetup(before, options), missing: files };
  return { bundle: await withSetup(files, options) };
}

async function authored(before: BundleFolder): Promise<BundleFolder> {
  const read = await readBundleFolder(before.folder);
  return hasErrors(read.diagnostics) ? { ...before, diagnostics: read.diagnostics } : read;
}

/** The flows are not even looked at: many of them take a while, in which no request is answered. */
async function withoutFlows(before: BundleFolder): Promise<BundleFolder> {
  const { bundle = before.bundle, diagnostics } = await readBundleFile(before.folder);
  return { ...before, bundle, diagnostics };
}
