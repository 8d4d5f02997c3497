/** A bundle in a temporary folder, set up as `gtc setup` does it. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { resolveConfig, type GatewayConfig } from "../../src/config/index.ts";
import {
  loadBundle,
  readAnswers,
  validateAnswers,
  writeSetup,
  readBundleFolder,
  type LoadedBundle,
} from "../../src/setup/index.ts";

export interface TestBundle {
  readonly folder: string;
  /** Writes a file of the bundle. */
  write(path: string, text: string): Promise<void>;
  /** Applies answers. @throws Error with all faults. */
  setup(section: object): Promise<void>;
  load(): Promise<LoadedBundle>;
  remove(): Promise<void>;
}

export const BASE_URL = "http://localhost:8080";

/** Makes a bundle with the given flow files and answers. */
export async function createTestBundle(
  flows: Readonly<Record<string, string>>,
  section: object = {},
  tenants = ["demo"],
): Promise<TestBundle> {
  const folder = await mkdtemp(join(tmpdir(), "gtc-test-"));
  const bundle: TestBundle = {
    folder,
    write: async (path, text) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    setup: async (answers) => {
      const read = readAnswers(
        JSON.stringify({ "events-webhook": { enabled: true, public_base_url: BASE_URL, ...answers } }),
      );
      if ("faults" in read) throw new Error(JSON.stringify(read.faults));
      const validated = validateAnswers(read.answers, {
        env: {},
        tenants: (await readBundleFolder(folder)).bundle.tenants,
      });
      if ("faults" in validated) throw new Error(JSON.stringify(validated.faults));
      await writeSetup(folder, validated, undefined);
    },
    load: () => loadBundle(folder, { keyText: undefined, maxBodyBytes: testConfig().maxBodyBytes }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  await bundle.write(
    "bundle.yaml",
    `schema_version: "1"\nbundle_id: test\nname: Test\ntenants: [${tenants.join(", ")}]\n`,
  );
  for (const [name, text] of Object.entries(flows))
    await bundle.write(name.includes("/") ? name : `flows/${name}`, text);
  await bundle.setup(section);
  return bundle;
}

/** The defaults with free ports and short waits. */
export function testConfig(changes: Readonly<Record<string, string>> = {}): GatewayConfig {
  return resolveConfig({ options: { port: "0", admin_port: "0", shutdown_grace: "5s", ...changes }, env: {} });
}
