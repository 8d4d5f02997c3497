/** Reads what an author wrote into a bundle: `bundle.yaml`, the flows of all tenants and those of one. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { GtcError } from "../base/index.ts";
import { loadFlows, parseBundleFile, type BundleFile, type FlowFile, type FlowSet } from "../flow/index.ts";
import { Source, type Diagnostic } from "../text/index.ts";

export interface BundleFolder {
  readonly folder: string;
  readonly bundle: BundleFile;
  readonly flows: FlowSet;
  /** Faults and warnings of all files; the flows are complete only when none is an error. */
  readonly diagnostics: readonly Diagnostic[];
}

const FLOW_FILE = /\.(ygtc|ya?ml)$/;

/**
 * Reads a bundle. @throws GtcError GTC_BUNDLE_NOT_FOUND when there is none; faults inside are diagnostics.
 */
export async function readBundleFolder(folder: string): Promise<BundleFolder> {
  const path = join(folder, "bundle.yaml");
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const detail = cause.code === "ENOENT" ? "bundle.yaml is missing" : cause.message;
    throw new GtcError("GTC_BUNDLE_NOT_FOUND", { path: folder, detail }, { cause });
  });
  const { bundle = EMPTY, diagnostics } = parseBundleFile(new Source(path, text));
  const files = [...(await flowFiles(join(folder, "flows"))), ...(await tenantFiles(folder, bundle.tenants))];
  const loaded = loadFlows(files);
  return { folder, bundle, flows: loaded.flows, diagnostics: [...diagnostics, ...loaded.diagnostics] };
}

const EMPTY: BundleFile = { schemaVersion: 1, bundleId: "", name: "", tenants: [] };

async function tenantFiles(folder: string, tenants: readonly string[]): Promise<FlowFile[]> {
  const lists = await Promise.all(tenants.map((tenant) => flowFiles(join(folder, "tenants", tenant, "flows"), tenant)));
  return lists.flat();
}

async function flowFiles(folder: string, tenant?: string): Promise<FlowFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return Promise.all(
    names
      .filter((name) => FLOW_FILE.test(name))
      .sort()
      .map(async (name) => {
        const path = join(folder, name);
        return { path, text: await readFile(path, "utf8"), ...(tenant !== undefined && { tenant }) };
      }),
  );
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ level }) => level === "error");
}
