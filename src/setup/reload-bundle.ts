/**
 * A bundle that changed on disk while a gateway runs on it.
 *
 * Invariants:
 * 1. Settings and secrets are taken over whatever the other files say: a rotated secret must not wait until somebody
 *    has finished editing a flow.
 * 2. What the author wrote is taken over without a fault or not at all: a `bundle.yaml` that cannot be read names no
 *    tenants, and without its tenants a gateway would turn every sender away.
 */
import { hasErrors, readBundleFile, readBundleFolder, type BundleFolder } from "./bundle-folder.ts";
import { withSetup, type LoadedBundle, type LoadOptions } from "./load-bundle.ts";

/**
 * Loads a bundle again; `parts`: with its flows, or those of `before`. The bundle's diagnostics are those of the files as
 * they are now: with an error among them, bundle.yaml and flows are those of `before`.
 * @throws GtcError as `loadBundle` does; then nothing is to be taken over.
 */
export async function reloadBundle(
  before: LoadedBundle,
  options: LoadOptions,
  parts: "all" | "setup",
): Promise<LoadedBundle> {
  return withSetup(parts === "all" ? await authored(before) : await withoutFlows(before), options);
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
