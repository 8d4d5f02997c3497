// Runs commands one after the other, shows what runs, and stops at the first that fails.
import { spawnSync } from "node:child_process";
import process from "node:process";

/** Runs one command with its output shown. Returns its exit code. */
export function run(command, args, options = {}) {
  const outcome = spawnSync(command, args, { stdio: "inherit", ...options });
  if (outcome.error) {
    console.error(`cannot run ${command}: ${outcome.error.message}`);
    return 127;
  }
  return outcome.status ?? 1;
}

/** Runs named steps; ends the process with the first failing step's exit code. */
export function runSteps(steps) {
  for (const [name, command, args] of steps) {
    console.log(`\n▸ ${name}: ${[command, ...args].join(" ")}`);
    const startedAt = Date.now();
    const code = run(command, args);
    if (code !== 0) {
      console.error(`\n✗ ${name} failed with exit code ${code}`);
      process.exit(code);
    }
    console.log(`✓ ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  }
}
