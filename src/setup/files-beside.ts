/**
 * The files of a bundle that runs, looked at again. What setup wrote must reach the gateway whatever state they are in:
 * somebody may just be editing them, and a provider does not wait with its new secret until they are in order. So where
 * they have a fault, those that run go on, and the fault is said beside.
 */
import { GtcError } from "../base/index.ts";
import type { Diagnostic } from "../text/index.ts";
import { bundleFaults, hasErrors, readBundleFolder, type BundleFolder } from "./bundle-folder.ts";

export interface FilesBeside {
  /** To go on with. */
  readonly files: BundleFolder;
  /** Why they are those that run. */
  readonly faults: readonly Diagnostic[];
  /** There is no bundle.yaml to be read. */
  readonly missing?: GtcError;
}

/**
 * The files to go on with beside a setup that is read anew.
 * @param withFlows whether flows are taken over as well; without, only what bundle.yaml says of the tenants is
 */
export async function filesBeside(running: BundleFolder, withFlows: boolean): Promise<FilesBeside> {
  const read = await readBundleFolder(running.folder).catch((fault: unknown) => {
    if (fault instanceof GtcError) return fault;
    throw fault;
  });
  if (read instanceof GtcError) return { files: running, faults: [], missing: read };
  const faults = withFlows && hasErrors(read.diagnostics) ? read.diagnostics : bundleFaults(read);
  if (faults.length > 0) return { files: running, faults };
  return { files: withFlows ? read : { ...read, flows: running.flows }, faults };
}
