import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { SECRET } from "./secret.ts";
import { cpuMsOf, type BenchServer } from "./server.ts";

/** node:http that verifies the HMAC and answers 202: what a webhook costs at the very least. */
export async function bareServer(): Promise<BenchServer & { readonly pid: number }> {
  const child = fork(new URL("./bare-server-process.mjs", import.meta.url), [SECRET], { execArgv: [] });
  const [port] = (await once(child, "message")) as [number];
  return {
    port,
    pid: child.pid ?? 0,
    stores: false,
    stats: async () => ({ cpuMs: cpuMsOf(await readFile(`/proc/${child.pid}/stat`, "utf8")), stored: 0 }),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}
