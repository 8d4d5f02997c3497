/**
 * `state/gateway.json`: how other programs of the same user find the running gateway. Only its owner may read it,
 * since it holds the admin token; it is removed when the gateway stops and ignored when its process is gone.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { systemCodeOf } from "../base/index.ts";

const gatewayFileSchema = z.object({
  pid: z.int().positive(),
  admin_url: z.url(),
  webhook_url: z.url(),
  token: z.string().min(1),
});

export type GatewayFile = z.infer<typeof gatewayFileSchema>;

function pathOf(bundleFolder: string): string {
  return join(bundleFolder, "state", "gateway.json");
}

const WRITE_AGAIN_MS = 500;

/**
 * Writes the file; where the disk is full, again until there is room: a gateway that started on such a disk answers 503 and
 * shows what it has, which is more than one that is not there. Returns what takes it back.
 * @throws Error when it cannot be written for another reason
 */
export async function announceGateway(
  bundleFolder: string,
  content: GatewayFile,
  onFault: (what: string, fault: unknown) => void,
): Promise<() => Promise<void>> {
  const stop = new AbortController();
  let written: Promise<void> = Promise.resolve();
  try {
    await writeGatewayFile(bundleFolder, content);
  } catch (fault) {
    if (!isDiskFull(fault)) throw fault;
    onFault("writing state/gateway.json, without which commands do not find the gateway", fault);
    written = writeWhenThereIsRoom(bundleFolder, content, stop.signal);
  }
  return async () => {
    stop.abort();
    await written;
    // Once the process is gone it is ignored: no reason to leave anything else undone.
    await rm(pathOf(bundleFolder), { force: true }).catch((fault: unknown) =>
      onFault("removing state/gateway.json", fault),
    );
  };
}

async function writeWhenThereIsRoom(bundleFolder: string, content: GatewayFile, stop: AbortSignal): Promise<void> {
  for (let isWritten = false; !isWritten;) {
    await delay(WRITE_AGAIN_MS, undefined, { signal: stop, ref: false }).catch(() => undefined);
    if (stop.aborted) return;
    isWritten = await writeGatewayFile(bundleFolder, content).then(
      () => true,
      () => false,
    );
  }
}

function isDiskFull(fault: unknown): boolean {
  const code = systemCodeOf(fault);
  return code === "ENOSPC" || code === "EDQUOT";
}

/** Writes the file with mode 0600, all or nothing. */
async function writeGatewayFile(bundleFolder: string, content: GatewayFile): Promise<void> {
  const path = pathOf(bundleFolder);
  const draft = `${path}.${content.pid}.tmp`;
  await mkdir(join(bundleFolder, "state"), { recursive: true, mode: 0o700 });
  try {
    await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
    await rename(draft, path);
  } catch (fault) {
    await rm(draft, { force: true });
    throw fault;
  }
}

/** The running gateway of a bundle; undefined when none runs (or its process died without removing the file). */
export async function findGateway(bundleFolder: string): Promise<GatewayFile | undefined> {
  try {
    const file = gatewayFileSchema.safeParse(JSON.parse(await readFile(pathOf(bundleFolder), "utf8")));
    return file.success && isAlive(file.data.pid) ? file.data : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
