/** `gtc` as a process of its own, as its users run it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const GTC = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  return () => text;
}

export interface RunningGateway {
  readonly child: ChildProcess;
  readonly url: string;
  readonly adminUrl: string;
  readonly token: string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Asks it to stop. Resolves with its exit code. */
  stop(): Promise<number | null>;
  output(): string;
}

/** Starts `gtc start` and waits until it is ready. @throws Error when it ends before */
export async function startGtc(
  folder: string,
  args: readonly string[] = [],
  nodeArgs: readonly string[] = [],
): Promise<RunningGateway> {
  const child = spawn(
    process.execPath,
    [...nodeArgs, GTC, "start", folder, "--port", "0", "--admin-port", "0", "--log-format", "json", ...args],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env["PATH"] ?? "" },
    },
  );
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const output = (): string => stdout() + stderr();
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", () => output().includes('"msg":"started"') && resolve());
    child.once("exit", (code, signal) => reject(new Error(`gtc start ended with ${signal ?? code}: ${output()}`)));
  });
  const file = JSON.parse(await readFile(join(folder, "state", "gateway.json"), "utf8")) as {
    webhook_url: string;
    admin_url: string;
    token: string;
  };
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const exit = once(child, "exit");
    child.kill(signal);
    return ((await exit) as [number | null])[0];
  };
  return {
    child,
    url: file.webhook_url,
    adminUrl: file.admin_url,
    token: file.token,
    output,
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
  };
}
