// Generated files (schemas, reference tables) must be what the code generates now.
import { existsSync } from "node:fs";
import process from "node:process";
import { run } from "./steps.mjs";

if (existsSync("dist/generate.js") && run(process.execPath, ["dist/generate.js", "--check"]) !== 0) {
  console.error("✗ generated files are out of date: run `npm run generate` and commit the result");
  process.exit(1);
}
