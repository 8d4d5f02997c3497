/**
 * Writes the files that are made from code, so that they cannot drift from it. With `--check` it writes nothing and
 * exits with 1 when one of them is not what the code makes now.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleJsonSchema, flowJsonSchema, type JsonSchema } from "./flow/index.ts";

interface GeneratedFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly text: () => string;
}

const FILES: readonly GeneratedFile[] = [
  { path: "schemas/flow.schema.json", text: () => schemaText(flowJsonSchema()) },
  { path: "schemas/bundle.schema.json", text: () => schemaText(bundleJsonSchema()) },
];

function schemaText(schema: JsonSchema): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function main(isCheck: boolean): number {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..");
  const stale: string[] = [];
  for (const { path, text } of FILES) {
    const file = join(root, path);
    const wanted = text();
    if (contentOf(file) === wanted) continue;
    stale.push(path);
    if (isCheck) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, wanted);
  }
  for (const path of stale) process.stdout.write(`${isCheck ? "out of date" : "written"}: ${path}\n`);
  return isCheck && stale.length > 0 ? 1 : 0;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

process.exitCode = main(process.argv.includes("--check"));
