// `npm start`: set up whatever is missing, build if the sources are newer, configure the quickstart bundle, and run it.
import { existsSync, readdirSync, statSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { prepare } from "./prepare.mjs";
import { run } from "./steps.mjs";

const BUNDLE = "examples/quickstart";

prepare();
if (isStale()) {
  console.log("▸ building");
  if (run("npm", ["run", "--silent", "build"]) !== 0) process.exit(1);
}
const gtc = [process.execPath, "dist/main.js"];
if (
  run(gtc[0], [gtc[1], "setup", "--answers", join(BUNDLE, "answers.json"), "--non-interactive", BUNDLE], {
    stdio: ["inherit", "ignore", "inherit"],
  }) !== 0
) {
  process.exit(1);
}
// The URLs and the curl commands are what one starts this for: they are printed into a pipe or a file, too.
const options = process.argv.slice(2);
const hasFormat = options.some((word) => word.startsWith("--log-format")) || process.env.GTC_LOG_FORMAT !== undefined;
if (!hasFormat) options.push("--log-format", "pretty");
// The gateway takes over: signals go to it, and its exit code is ours.
const gateway = spawn(gtc[0], [gtc[1], "start", BUNDLE, ...options], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => gateway.kill(signal));
gateway.on("exit", (code) => process.exit(code ?? 1));

function isStale() {
  if (!existsSync("dist/main.js")) return true;
  const built = statSync("dist/main.js").mtimeMs;
  return newest("src") > built || statSync("package-lock.json").mtimeMs > built;
}

function newest(folder) {
  return Math.max(
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    }),
    0,
  );
}
