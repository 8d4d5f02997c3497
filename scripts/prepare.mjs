// What both `npm start` and `npm test` need on a fresh machine: Node's version, a C++ toolchain where the embedded
// database may have to be compiled, and the dependencies. Says what it installs before it installs it.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { run } from "./steps.mjs";

const STAMP = "node_modules/.gtc-lockfile-sha256";
/** The release of better-sqlite3 that this Node loads (src/event-log/embedded/sqlite.ts); 13 brings its binaries along. */
const NODE_MAJOR = Number(process.versions.node.split(".")[0]);
const DATABASE = NODE_MAJOR < 22 ? "better-sqlite3" : "better-sqlite3-13";
const COMPILES_DATABASE = DATABASE === "better-sqlite3";

/** Makes sure that the dependencies of package-lock.json are installed; does nothing when they already are. */
export function prepare() {
  requireNode();
  const lockHash = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === lockHash && databaseLoads()) return;
  if (COMPILES_DATABASE) installToolchain();
  console.log("▸ installing the dependencies (npm ci); the first time takes a minute or two");
  // Without a compile of the release that this Node does not load. No other dependency needs its install script.
  const scripts = COMPILES_DATABASE ? [] : ["--ignore-scripts"];
  if (run("npm", ["ci", "--include=optional", "--no-fund", "--no-audit", ...scripts]) !== 0) process.exit(1);
  if (!databaseLoads()) {
    console.error(`✗ the embedded database (${DATABASE}) does not load; see the messages of npm above`);
    process.exit(1);
  }
  writeFileSync(STAMP, lockHash);
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`✗ gtc needs Node 20.19 or newer; this is ${process.version}. Install a current one and try again.`);
  process.exit(1);
}

function databaseLoads() {
  const probe = `new (require('${DATABASE}'))(':memory:').close()`;
  return run(process.execPath, ["-e", probe], { stdio: "ignore" }) === 0;
}

/** better-sqlite3 12 compiles itself where it finds no prebuilt binary for this Node: that needs a compiler. */
function installToolchain() {
  const missing = [
    ["g++", "g++"],
    ["make", "make"],
    ["python3", "python3"],
  ].filter(([command]) => run(command, ["--version"], { stdio: "ignore" }) !== 0);
  if (missing.length === 0) return;
  installPackages(
    missing.map(([, name]) => name),
    "to compile the embedded database if no prebuilt binary fits",
  );
}

/** Installs Debian packages as root or through sudo, naming them first. Returns whether it worked; never ends the process. */
export function installPackages(packages, why) {
  const command = ["apt-get", "install", "-y", "--no-install-recommends", ...packages];
  const asRoot = process.getuid?.() === 0 ? command : ["sudo", ...command];
  console.log(`▸ installing system packages ${packages.join(", ")} (${why}): ${asRoot.join(" ")}`);
  const update = asRoot.slice(0, asRoot.indexOf("apt-get") + 1);
  run(update[0], [...update.slice(1), "update", "-q"], { stdio: "ignore" });
  const worked = run(asRoot[0], asRoot.slice(1)) === 0;
  if (!worked) console.warn(`! could not install ${packages.join(", ")}; going on without`);
  return worked;
}
