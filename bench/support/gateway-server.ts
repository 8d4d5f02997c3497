import { spawn, execFileSync } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SECRET } from "./secret.ts";
import { cpuMsOf, type BenchServer } from "./server.ts";

const GTC = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const BUNDLE = fileURLToPath(new URL("../bundle", import.meta.url));

export interface BenchBundle {
  readonly folder: string;
  remove(): Promise<void>;
}

/** A bundle in a temporary folder, set up with the benchmark's secret. */
export async function createBundle(): Promise<BenchBundle> {
  const folder = await mkdtemp(join(tmpdir(), "gtc-bench-"));
  await cp(BUNDLE, folder, { recursive: true });
  const signature = { header: "X-Hub-Signature-256", algorithm: "sha256", secret: SECRET };
  const signatures = Object.fromEntries(["ack", "flow", "burn"].map((type) => [type, signature]));
  const answers = { "events-webhook": { enabled: true, public_base_url: "http://localhost:8080", signatures } };
  await writeFile(join(folder, "answers.json"), JSON.stringify(answers));
  execFileSync(process.execPath, [
    GTC,
    "setup",
    "--answers",
    join(folder, "answers.json"),
    "--non-interactive",
    folder,
  ]);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** `gtc start` on the bundle, as a process of its own. */
export async function gatewayServer(folder: string): Promise<BenchServer & { readonly pid: number }> {
  const child = spawn(process.execPath, [GTC, "start", folder, "--port", "0", "--admin-port", "0", "--quiet"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const file = await untilStarted(join(folder, "state", "gateway.json"), child.pid ?? 0);
  return {
    pid: file.pid,
    port: Number(new URL(file.webhook_url).port),
    stores: true,
    stats: async () => ({
      cpuMs: cpuMsOf(await readFile(`/proc/${child.pid}/stat`, "utf8")),
      stored: await storedEvents(file.admin_url),
    }),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

interface Started {
  readonly pid: number;
  readonly admin_url: string;
  readonly webhook_url: string;
}

async function untilStarted(path: string, pid: number): Promise<Started> {
  const giveUpAt = Date.now() + 30_000;
  while (Date.now() < giveUpAt) {
    const text = await readFile(path, "utf8").catch(() => "null");
    const started = JSON.parse(text) as Started | null;
    if (started?.pid === pid) return started;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the gateway did not start within 30 s");
}

/** The gateway's own count of stored events, from its log. */
async function storedEvents(adminUrl: string): Promise<number> {
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  const counts = [...metrics.matchAll(/^gtc_log_events\{status="\w+"\} (\d+)/gm)].map((match) => Number(match[1]));
  if (counts.length === 0) throw new Error("the metrics name no stored events");
  return counts.reduce((sum, count) => sum + count, 0);
}
