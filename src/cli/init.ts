/** `gtc init`: a bundle that runs. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { GtcError } from "../base/index.ts";
import { initialFiles } from "../setup/index.ts";
import { defineCommand } from "./command.ts";
import { required } from "./options.ts";
import { visible } from "../text/index.ts";

export const init = defineCommand({
  name: "init",
  summary: "Create a bundle that runs",
  examples: ["gtc init ./my-bundle"],
  args: { dir: required("The folder to create") },
  options: {},
  run: async (context, { args }) => {
    const folder = resolve(context.cwd, args.dir);
    const present = await readdir(folder).catch(() => []);
    if (present.length > 0) throw new GtcError("GTC_USAGE", { detail: `${args.dir} is not empty; give a new folder.` });
    for (const [path, content] of initialFiles(folder)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    const shown = visible(relative(context.cwd, folder) || ".");
    context.stdout.write(
      `Created ${shown}. Next:\n  gtc setup --answers ${join(shown, "answers.json")} ${shown}\n  gtc start ${shown}\n`,
    );
    return 0;
  },
});
