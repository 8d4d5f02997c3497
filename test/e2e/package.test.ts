import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("what gtc wrote beside an example, its key and its events, is in no package", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gtc-package-"));
  try {
    await cp("package.json", join(folder, "package.json"));
    await cp(".gitignore", join(folder, ".gitignore"));
    const state = join(folder, "examples", "quickstart", "state", "log");
    await mkdir(state, { recursive: true });
    await writeFile(join(state, "..", "secret.key"), "key");
    await writeFile(join(state, "0000000000000000.journal"), "events");
    await writeFile(join(folder, "examples", "quickstart", "bundle.yaml"), "");
    const { stdout } = await promisify(execFile)("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: folder,
    });
    const [{ files }] = JSON.parse(stdout) as [{ files: readonly { readonly path: string }[] }];
    expect(files.map(({ path }) => path).toSorted()).toEqual(["examples/quickstart/bundle.yaml", "package.json"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
