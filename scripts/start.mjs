// `npm start`: set up whatever is missing, build if the sources are newer, configure the quickstart bundle, and run it.
import { existsSync, readdirSync, statSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { prepare } from "./prepare.mjs";
import { run } from "./steps.mjs";

const BUNDLE = "examples/quickstart";
/** What `npm run build` reads: see its script in package.json. */
const READ = [
  "src",
  "inspector",
  "scripts/after-build.mjs",
  "tsconfig.json",
  "tsconfig.build.json",
  "package.json",
  "package-lock.json",
];
/** What its compilers write anew each time, and the mark of its end: without that it was broken off. */
const MADE = ["dist/main.js", "dist/inspector/index.html", "dist/.built"];

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

/** Whether something that the build reads is newer than what it made. */
function isStale() {
  if (!MADE.every((path) => existsSync(path))) return true;
  const made = Math.min(...MADE.map((path) => statSync(path).mtimeMs));
  return READ.some((path) => newest(path) > made);
}

function newest(path) {
  // An editor's link that leads nowhere, such as .#main.ts, is no source; statSync follows links.
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  // A folder's own time tells that something in it is gone.
  const within = found.isDirectory() ? readdirSync(path).map((name) => newest(join(path, name))) : [];
  return Math.max(found.mtimeMs, ...within);
}
