/** What `gtc doctor` finds where flows are looked for: folders in which nothing is read, and that there is no flow at all. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { nearest } from "../base/index.ts";
import { bundleFaults, type BundleFolder } from "./bundle-folder.ts";
import type { Finding } from "./finding.ts";

/** Nothing while the tenants are not known: that is told as a fault of bundle.yaml. */
export async function examineFolders(files: BundleFolder): Promise<readonly Finding[]> {
  if (bundleFaults(files).length > 0) return [];
  return [...(await examineFlowsFolder(files)), ...(await examineTenantFolders(files))];
}

async function examineFlowsFolder({ folder, flows, diagnostics }: BundleFolder): Promise<readonly Finding[]> {
  if (flows.all.length > 0 || diagnostics.length > 0) return [];
  const place = join(folder, "flows");
  const names = await foldersIn(folder);
  const isThere = names.includes("flows");
  const none = "There is no flow: what webhooks send is stored, but nothing will run.";
  const message = isThere ? none : `${none} The folder "flows" is missing.`;
  const meant = isThere ? undefined : nearest("flows", names);
  const advice = meant === undefined ? "" : `Did you mean ${JSON.stringify(meant)} to be it? Then rename that. `;
  const fix = `${advice}Put a flow into ${place}, as a file whose name ends in .ygtc, .yaml or .yml.`;
  return [{ level: "warning", check: "no-flows", where: place, message, fix }];
}

async function examineTenantFolders({ folder, bundle }: BundleFolder): Promise<readonly Finding[]> {
  const names = await foldersIn(join(folder, "tenants"));
  const findings = await Promise.all(
    names.map(async (name) => {
      const where = join(folder, "tenants", name);
      return bundle.tenants.includes(name) ? examineOwnFolder(where) : [unknownTenant(name, where, bundle.tenants)];
    }),
  );
  return findings.flat();
}

function unknownTenant(name: string, where: string, tenants: readonly string[]): Finding {
  const meant = nearest(name, tenants);
  const advice = meant === undefined ? "" : `Did you mean ${JSON.stringify(meant)}? `;
  const message = `bundle.yaml lists no tenant ${JSON.stringify(name)}: no flow in this folder is read.`;
  const fix = `${advice}Rename the folder, or add the tenant to "tenants" in bundle.yaml.`;
  return { level: "warning", check: "unknown-tenant-folder", where, message, fix };
}

async function examineOwnFolder(where: string): Promise<readonly Finding[]> {
  const names = await foldersIn(where);
  if (names.includes("flows")) return [];
  const meant = nearest("flows", names);
  const message = "The tenant's folder has no folder flows: nothing in it is read.";
  const fix =
    meant === undefined
      ? `Put the tenant's own flows into ${join(where, "flows")}, or remove the folder.`
      : `Rename ${JSON.stringify(meant)} to "flows".`;
  return [{ level: "warning", check: "no-flows-folder", where, message, fix }];
}

/** By name; a link may lead to one. None where there is nothing to look into. */
async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.name.startsWith(".") && (entry.isDirectory() || entry.isSymbolicLink()))
    .map(({ name }) => name)
    .toSorted();
}
