/**
 * Rhai scripts beside the same programs in plain JavaScript, alternating in one run: `npm run bench:rhai`. Checked
 * integers and all limits are on. Printed: the medians and their ratio.
 */
import { cpus } from "node:os";
import { compileScript, display, RhaiScope } from "../src/rhai/index.ts";
import { Source } from "../src/text/index.ts";
import { PROGRAMS } from "./support/rhai-programs.ts";

const ROUNDS = 9;

console.log(`node ${process.version}, ${cpus()[0]?.model ?? "unknown CPU"}, median of ${ROUNDS} after warming up`);
const rows: Record<string, { "Rhai ms": number; "JavaScript ms": number; ratio: number }> = {};
for (const { name, rhai, javascript } of PROGRAMS) {
  const compiled = compileScript(new Source(name, rhai), { maxOperations: 1_000_000_000 });
  if ("diagnostics" in compiled) throw new Error(`${name}: ${compiled.diagnostics[0]?.message ?? ""}`);
  const run = (): string => display(compiled.script.run(new RhaiScope()));
  if (name !== "matmul" && run() !== String(javascript())) throw new Error(`${name}: the two give different results`);
  const ours: number[] = [];
  const plain: number[] = [];
  for (let round = -3; round < ROUNDS; round++) {
    const [rhaiMs, jsMs] = [timed(run), timed(javascript)];
    if (round < 0) continue;
    ours.push(rhaiMs);
    plain.push(jsMs);
  }
  const [rhaiMs, jsMs] = [median(ours), median(plain)];
  rows[name] = {
    "Rhai ms": round2(rhaiMs),
    "JavaScript ms": round2(jsMs),
    ratio: Math.round((rhaiMs / jsMs) * 10) / 10,
  };
}
console.table(rows);

function timed(run: () => unknown): number {
  const startedAt = performance.now();
  run();
  return performance.now() - startedAt;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
