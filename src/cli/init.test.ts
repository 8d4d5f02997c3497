/** `gtc init` in the places where people try it, and the commands that it prints. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { runGtc } from "../../test/support/run-gtc.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gtc-init-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The words that a shell makes of the commands that were printed. */
async function wordsOfNext(stdout: string): Promise<string[][]> {
  const commands = stdout.split("\n").filter((line) => line.startsWith("  gtc "));
  const script = `gtc() { printf '%s\\0' "$@"; echo; }\n${commands.join("\n")}`;
  const { stdout: said } = await promisify(execFile)("sh", ["-c", script]);
  return said
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\0").slice(0, -1));
}

test.each(["plain", "with a blank/below", "it's", "-x", "Übung – ñ", "$HOME"])(
  "what it prints for %j can be pasted, and the bundle runs",
  async (name) => {
    const { exitCode, stdout } = await runGtc(["init", "--", name], { cwd: folder });
    expect(exitCode).toBe(0);
    const [setup = [], start = []] = await wordsOfNext(stdout);
    expect(await runGtc(setup, { cwd: folder })).toMatchObject({ exitCode: 0 });
    const { lines } = await runGtc(["urls", start[1] ?? "", "--json"], { cwd: folder });
    expect(lines).toMatchObject([{ event_type: "hello" }]);
  },
);

test.each([
  ["Übung – ñ", "ubung-n", "Übung – ñ"],
  ["Shop: #1", "shop-1", "Shop: #1"],
  ["店", "my-bundle", "店"],
  ["my_shop-2", "my_shop-2", "my_shop-2"],
])("a bundle in %j has the id %j", async (name, bundleId, shown) => {
  await runGtc(["init", name], { cwd: folder });
  const text = await readFile(join(folder, name, "bundle.yaml"), "utf8");
  expect(parse(text)).toEqual({ schema_version: "1", bundle_id: bundleId, name: shown, tenants: ["demo"] });
});

test("a fresh repository becomes a bundle that runs, and its .git stays as it is", async () => {
  await mkdir(join(folder, ".git"));
  await writeFile(join(folder, ".git", "HEAD"), "ref: refs/heads/main\n");
  const { exitCode, stdout } = await runGtc(["init", "."], { cwd: folder });
  expect(exitCode).toBe(0);
  const [setup = []] = await wordsOfNext(stdout);
  expect(await runGtc(setup, { cwd: folder })).toMatchObject({ exitCode: 0 });
  expect(await readdir(join(folder, ".git"))).toEqual(["HEAD"]);
  expect(await readFile(join(folder, ".git", "HEAD"), "utf8")).toBe("ref: refs/heads/main\n");
  expect(await readFile(join(folder, ".gitignore"), "utf8")).toContain("state/\n");
});

test("a repository that holds files is left as it is", async () => {
  await mkdir(join(folder, ".git"));
  await writeFile(join(folder, "README.md"), "mine");
  expect(await runGtc(["init", "."], { cwd: folder })).toMatchObject({ exitCode: 2, stdout: "" });
  expect(await readdir(folder)).toEqual([".git", "README.md"]);
  expect(await readFile(join(folder, "README.md"), "utf8")).toBe("mine");
});

test("where a bundle cannot be, it says why, and ends", async () => {
  await writeFile(join(folder, "file"), "");
  const stderrOf = async (dir: string): Promise<string> => (await runGtc(["init", dir], { cwd: folder })).stderr;
  expect(await stderrOf("file")).toContain("file is no folder; give a new folder, or one that holds nothing but .git.");
  expect(await stderrOf(".")).toContain(". is not empty; give a new folder, or one that holds nothing but .git.");
  expect(await stderrOf("")).toContain("No folder is named");
  expect(await stderrOf("file/below")).toContain("ENOTDIR");
  expect(await readdir(folder)).toEqual(["file"]);
});

test.runIf(process.platform === "linux")(
  "a file system without folders of ours is told, not tried for ever",
  async () => {
    const { exitCode, stderr } = await runGtc(["init", "/proc/gtc/bundle"]);
    expect(exitCode).toBe(4);
    expect(stderr).toContain("GTC_SYSTEM");
  },
);
