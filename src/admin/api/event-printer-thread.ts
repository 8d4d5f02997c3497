/** The thread that prints what is large: one task after the other, as they come. */
import { parentPort } from "node:worker_threads";
import { messageOf, yieldToOtherThreads } from "../../base/index.ts";
import type { Printed } from "./event-printer.ts";
import { printJson, type PrintTask } from "./print-task.ts";

/** Below normal: where the processor is short, requests and runs go first. */
const NICENESS = 5;

if (parentPort === null) throw new Error("events are printed in a worker thread");
const port = parentPort;
yieldToOtherThreads(NICENESS);
port.on("message", (task: PrintTask) => {
  void printed(task).then((answer) =>
    port.postMessage(answer, "json" in answer ? [answer.json.buffer as ArrayBuffer] : []),
  );
});

async function printed(task: PrintTask): Promise<Printed> {
  try {
    // Bytes of their own, which are handed over and not copied.
    return { json: new TextEncoder().encode(await printJson(task)) };
  } catch (fault) {
    return { fault: messageOf(fault) };
  }
}
