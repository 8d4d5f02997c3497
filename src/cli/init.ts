/** `gtc init`: a bundle that runs. */
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { GtcError } from "../base/index.ts";
import { initialFiles } from "../setup/index.ts";
import { defineCommand } from "./command.ts";
import { required } from "./options.ts";
import { shellPath, visible } from "../text/index.ts";

export const init = defineCommand({
  name: "init",
  summary: "Create a bundle that runs",
  description:
    "The folder is a new one, an empty one, or a fresh repository that holds nothing but .git. No file that is there is overwritten.",
  examples: ["gtc init ./my-bundle", "git init ./my-bundle && gtc init ./my-bundle"],
  args: { dir: required("The folder to create, or one that holds nothing but .git") },
  options: {},
  run: async (context, { args: { dir } }) => {
    const folder = resolve(context.cwd, dir);
    const present = (await presentIn(folder))?.filter((name) => name !== ".git");
    if (dir === "" || present === undefined || present.length > 0) {
      const what = dir === "" ? "No folder is named" : `${dir} is ${present === undefined ? "no folder" : "not empty"}`;
      throw new GtcError("GTC_USAGE", { detail: `${what}; give a new folder, or one that holds nothing but .git.` });
    }
    for (const [path, content] of initialFiles(folder)) {
      await createFolder(dirname(join(folder, path)));
      await writeFile(join(folder, path), content);
    }
    const shown = relative(context.cwd, folder) || ".";
    const command = (words: string): string => `  gtc ${words} ${shellPath(shown)}`;
    const setup = command(`setup --answers ${shellPath(join(shown, "answers.json"))}`);
    context.stdout.write(
      `${visible(`Created a bundle in ${shown}`)}. Next:\n${visible(setup)}\n${visible(command("start"))}\n`,
    );
    return 0;
  },
});

/** What lies in a folder, which need not be there; undefined where something else stands. */
async function presentIn(folder: string): Promise<readonly string[] | undefined> {
  const found = await stat(folder).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code !== "ENOENT") throw fault;
  });
  if (found === undefined) return [];
  return found.isDirectory() ? readdir(folder) : undefined;
}

/** One folder after the other: Node's own `recursive` never ends where none can be made, such as in /proc. */
async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(folder)).isDirectory()) return;
    if (code !== "ENOENT" || dirname(folder) === folder) throw fault;
    await createFolder(dirname(folder));
    await mkdir(folder);
  }
}
