/** Reads what an author wrote into a bundle: `bundle.yaml`, the flows of all tenants and those of one. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { GtcError, messageOf } from "../base/index.ts";
import {
  loadingFlows,
  parseBundleFile,
  type BundleFile,
  type FlowFile,
  type FlowSet,
  type LoadedFlows,
} from "../flow/index.ts";
import { fileText, whyNoText, Source, type Diagnostic } from "../text/index.ts";

export interface BundleFolder {
  readonly folder: string;
  readonly bundle: BundleFile;
  readonly flows: FlowSet;
  /** Faults and warnings of all files; the flows are complete only when none is an error. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What begins with a dot is an editor's or the system's own, such as `.#flow.ygtc` or `._flow.ygtc`. */
const FLOW_FILE = /^[^.].*\.(ygtc|ya?ml)$/i;

/**
 * Reads a bundle. @throws GtcError GTC_BUNDLE_NOT_FOUND when there is none; faults inside are diagnostics.
 */
export async function readBundleFolder(folder: string): Promise<BundleFolder> {
  const { bundle = EMPTY, diagnostics } = await readBundleFile(folder);
  const read = [...(await flowFiles(join(folder, "flows"))), ...(await tenantFiles(folder, bundle.tenants))];
  const unreadable = read.flatMap((file) => ("fault" in file ? [file.fault] : []));
  const files = read.flatMap((file) => ("fault" in file ? [] : [withPlace(file, folder)]));
  const loaded = await loadInTurns(files, bundle.tenants);
  return { folder, bundle, flows: loaded.flows, diagnostics: [...diagnostics, ...unreadable, ...loaded.diagnostics] };
}

/** A gateway that reads its bundle again answers requests between two flows. */
async function loadInTurns(files: readonly FlowFile[], tenants: readonly string[]): Promise<LoadedFlows> {
  const loading = loadingFlows(files, tenants);
  for (;;) {
    const { done, value } = loading.next();
    if (done === true) return value;
    await setImmediate();
  }
}

/**
 * Reads `bundle.yaml` alone. With an error among the diagnostics there is no bundle.
 * @throws GtcError GTC_BUNDLE_NOT_FOUND when there is no such file.
 */
export async function readBundleFile(folder: string): Promise<ReturnType<typeof parseBundleFile>> {
  const path = bundleFile(folder);
  const bytes = await readFile(path).catch(async (cause: NodeJS.ErrnoException) => {
    const detail = cause.code === "ENOENT" ? await missing(folder) : cause.message;
    throw new GtcError("GTC_BUNDLE_NOT_FOUND", { path: folder, detail }, { cause });
  });
  const text = fileText(bytes);
  return text === undefined ? { diagnostics: [notText(path, bytes)] } : parseBundleFile(new Source(path, text));
}

async function missing(folder: string): Promise<string> {
  const present: readonly string[] = await readdir(folder).catch(() => []);
  return present.includes("bundle.yml")
    ? "bundle.yaml is missing, and bundle.yml is not read: rename it"
    : "bundle.yaml is missing";
}

/** With slashes on every system: it is a part of the flow's hash. */
function withPlace(file: FlowFile, folder: string): FlowFile {
  return { ...file, inBundle: relative(folder, file.path).replaceAll(sep, "/") };
}

const EMPTY: BundleFile = { schemaVersion: 1, bundleId: "", name: "", tenants: [] };

/** A flow's text, or why it cannot be had. */
type ReadFile = FlowFile | { readonly fault: Diagnostic };

async function tenantFiles(folder: string, tenants: readonly string[]): Promise<ReadFile[]> {
  const lists = await Promise.all(tenants.map((tenant) => flowFiles(join(folder, "tenants", tenant, "flows"), tenant)));
  return lists.flat();
}

async function flowFiles(folder: string, tenant?: string): Promise<ReadFile[]> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? [] : [unreadable(folder, error)];
  }
  const flows = names.filter((name) => FLOW_FILE.test(name)).toSorted();
  return Promise.all(flows.map((name) => flowFile(join(folder, name), tenant)));
}

async function flowFile(path: string, tenant: string | undefined): Promise<ReadFile> {
  try {
    const bytes = await readFile(path);
    const text = fileText(bytes);
    return text === undefined
      ? { fault: notText(path, bytes) }
      : { path, text, ...(tenant !== undefined && { tenant }) };
  } catch (error) {
    return unreadable(path, error);
  }
}

/** A link that leads nowhere, a folder with a flow's name, a file of someone else: the other files are looked at all the same. */
function unreadable(path: string, error: unknown): { readonly fault: Diagnostic } {
  const hint = "Give gtc a file that it may read, or remove it.";
  return { fault: faultOf(path, `It cannot be read: ${messageOf(error)}.`, hint) };
}

function notText(path: string, bytes: Uint8Array): Diagnostic {
  const { what, fix } = whyNoText(bytes);
  return faultOf(path, `It ${what}.`, fix);
}

function faultOf(path: string, message: string, hint: string): Diagnostic {
  const place = { source: new Source(path, ""), span: { start: 0, end: 0 } };
  return { level: "error", code: "unreadable-file", message, hint, ...place };
}

function bundleFile(folder: string): string {
  return join(folder, "bundle.yaml");
}

/** The faults of bundle.yaml alone: with one, nothing is known of the tenants, nor which flows are theirs. */
export function bundleFaults({ folder, diagnostics }: BundleFolder): readonly Diagnostic[] {
  return diagnostics.filter(({ level, source }) => level === "error" && source.name === bundleFile(folder));
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ level }) => level === "error");
}
