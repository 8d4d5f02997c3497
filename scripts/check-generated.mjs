// Generated files (schemas, reference tables) must be what the code generates now.
import { existsSync } from "node:fs";
import process from "node:process";
import { run } from "./steps.mjs";

const commands = [
  ["dist/generate.js", "--check"],
  ["scripts/compile-wat.mjs", "--check"],
].filter(([path]) => existsSync(path));
if (commands.some((command) => run(process.execPath, command) !== 0)) {
  console.error("✗ generated files are out of date: run `npm run generate` and commit the result");
  process.exit(1);
}
