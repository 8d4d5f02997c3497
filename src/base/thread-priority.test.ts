import { readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

/** Field 19 of a thread's stat (proc(5)); the name before it, in brackets, may hold spaces. */
function nicenessOf(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
}

test.runIf(process.platform === "linux")("a thread that yields is nicer than before, the process is not", async () => {
  const before = getPriority();
  const source = `
    const { parentPort } = require("node:worker_threads");
    const { readFileSync } = require("node:fs");
    const stat = () => readFileSync("/proc/thread-self/stat", "utf8");
    const first = stat();
    import(${JSON.stringify(new URL("../../dist/base/thread-priority.js", import.meta.url).href)}).then((module) => {
      module.yieldToOtherThreads(3);
      parentPort.postMessage([first, stat()]);
    });`;
  const worker = new Worker(source, { eval: true });
  const [[first, then]] = (await once(worker, "message")) as [[string, string]];
  await worker.terminate();
  expect(nicenessOf(then)).toBe(Math.min(19, nicenessOf(first) + 3));
  expect(nicenessOf(readFileSync("/proc/self/stat", "utf8"))).toBe(before);
});
