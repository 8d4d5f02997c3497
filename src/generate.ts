/**
 * Writes the files that are made from code, so that they cannot drift from it. With `--check` it writes nothing and
 * exits with 1 when one of them is not what the code makes now.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiReferencePage, openApiDocument } from "./admin/index.ts";
import { commandsPage } from "./cli/index.ts";
import { configurationPage } from "./config/index.ts";
import { errorsPage } from "./errors-page.ts";
import { bundleJsonSchema, flowJsonSchema } from "./flow/index.ts";
import { answersJsonSchema } from "./setup/index.ts";
import { listProviders, providersReference } from "./signature/index.ts";
import { metricsPage } from "./telemetry/index.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

interface GeneratedFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly text: () => string | Promise<string>;
}

const FILES: readonly GeneratedFile[] = [
  { path: "schemas/flow.schema.json", text: () => jsonText(flowJsonSchema()) },
  { path: "schemas/bundle.schema.json", text: () => jsonText(bundleJsonSchema()) },
  { path: "schemas/answers.schema.json", text: () => jsonText(answersJsonSchema(providerNames())) },
  { path: "docs/reference/openapi.json", text: () => jsonText(openApiDocument(packageVersion())) },
  { path: "docs/reference/api.md", text: apiReferencePage },
  { path: "docs/reference/cli.md", text: commandsPage },
  { path: "docs/reference/configuration.md", text: configurationPage },
  { path: "docs/reference/errors.md", text: errorsPage },
  { path: "docs/reference/metrics.md", text: metricsPage },
  { path: "docs/reference/providers.md", text: providersReference },
];

function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function providerNames(): readonly string[] {
  return listProviders().map(({ id }) => id);
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version;
}

async function main(isCheck: boolean): Promise<number> {
  const stale: string[] = [];
  for (const { path, text } of FILES) {
    const file = join(ROOT, path);
    const wanted = await text();
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

process.exitCode = await main(process.argv.includes("--check"));
