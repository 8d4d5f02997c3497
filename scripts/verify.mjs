// Every check of the project, in the order in which they fail fastest. `npm test` runs this after the set-up.
import { existsSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { run, runSteps } from "./steps.mjs";

const npx = (...args) => ["npx", ["--no-install", ...args]];
const RESULTS = "node_modules/.gtc-test-results.json";

runSteps([
  ["build", "npm", ["run", "--silent", "build"]],
  ["types", ...npx("tsc", "-p", "tsconfig.json")],
  ["types of the page", ...npx("tsc", "-p", "inspector/tsconfig.json")],
  ["format", ...npx("prettier", "--check", "--log-level", "warn", ".")],
  ["lint", ...npx("oxlint", "--type-aware", "--deny-warnings", "--quiet")],
  ["dead code", ...npx("knip")],
  ["generated files", process.execPath, ["scripts/check-generated.mjs"]],
]);

console.log("\n▸ tests");
rmSync(RESULTS, { force: true });
const code = run("npx", [
  "--no-install",
  "vitest",
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${RESULTS}`,
]);
if (!existsSync(RESULTS)) {
  console.error(`✗ the tests ended with exit code ${code} before there was a result`);
  process.exit(code || 1);
}
const results = JSON.parse(readFileSync(RESULTS, "utf8"));
const failedFiles = results.testResults.filter(
  (file) => file.status === "failed" && file.assertionResults.length === 0,
).length;
// A test that was to run and did not, as its process ended, has not passed; those that are skipped are "skipped".
const broken = results.testResults
  .flatMap((file) => file.assertionResults)
  .filter(({ status }) => status === "pending");
const failed = results.numFailedTests + failedFiles + broken.length;
// What fails outside of every test is a failure, too.
console.log(`\n${results.numPassedTests} passed, ${failed === 0 && code !== 0 ? 1 : failed} failed`);
process.exit(code);
