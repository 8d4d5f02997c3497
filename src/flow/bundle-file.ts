import type { Diagnostic, Source } from "../text/index.ts";
import { describeIssues } from "./describe-issues.ts";
import { bundleSchema } from "./flow-schema.ts";
import { readYaml } from "./yaml-file.ts";

export interface BundleFile {
  readonly schemaVersion: number;
  readonly bundleId: string;
  readonly name: string;
  readonly tenants: readonly string[];
}

/** Reads a `bundle.yaml`. With an error among the diagnostics there is no bundle. */
export function parseBundleFile(source: Source): {
  readonly bundle?: BundleFile;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { file, diagnostics } = readYaml(source);
  if (file === undefined || diagnostics.length > 0) return { diagnostics };
  const result = bundleSchema.safeParse(file.value);
  if (result.success) {
    const { schema_version, bundle_id: bundleId, name, tenants } = result.data;
    const twice = tenants.findIndex((tenant, index) => tenants.indexOf(tenant) !== index);
    if (twice === -1)
      return { bundle: { schemaVersion: Number(schema_version), bundleId, name, tenants }, diagnostics: [] };
    const message = `The tenant \`${tenants[twice] ?? ""}\` is listed twice.`;
    const span = file.spanOf(["tenants", twice]);
    return { diagnostics: [{ level: "error", code: "duplicate-tenant", message, source, span }] };
  }
  const faults = describeIssues(result.error.issues, bundleSchema, file.value, "The file");
  return {
    diagnostics: faults.map(({ code, message, path, hint, isKey }) => ({
      level: "error",
      code,
      message,
      source,
      span: isKey === true ? file.spanOfKey(path) : file.spanOf(path),
      ...(hint !== undefined && { hint }),
    })),
  };
}
