/**
 * Runs case files of the Rhai conformance set: `npm run conformance:rhai -- FILE…` (JSON lines: a script, typed values,
 * and what must come out). Prints a line per failure and at the end `N passed, N failed`; cases of the skip list are
 * run as well and named when they fail. Exit code 1 when a case fails that the list does not excuse.
 */
import { readFileSync } from "node:fs";
import { runCase, type RhaiCase } from "./rhai-case.ts";
import { SKIPPED } from "./rhai-skips.ts";

const files = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const verbose = process.argv.includes("--verbose");
if (files.length === 0) {
  console.error("Give the case files: npm run conformance:rhai -- cases.jsonl");
  process.exit(2);
}

let passed = 0;
let failed = 0;
let excused = 0;
for (const file of files) {
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line.trim() === "") continue;
    const item = JSON.parse(line) as RhaiCase;
    const fault = runCase(item);
    if (fault === undefined) {
      passed += 1;
      continue;
    }
    const reason =
      SKIPPED.get(item.id) ?? (item.quirk === undefined ? undefined : "the engine contradicts its own book here");
    if (reason === undefined) failed += 1;
    else excused += 1;
    console.log(
      `${reason === undefined ? "FAIL" : "skip"} ${item.id}: ${fault}${reason === undefined ? "" : ` (${reason})`}`,
    );
    if (verbose && reason === undefined) console.log(`     ${item.script.replaceAll("\n", "\n     ")}`);
  }
}
if (excused > 0)
  console.log(`${excused} more failed for a reason that is written down (test/conformance/rhai-skips.ts)`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
