/**
 * `state/gateway.json`: how other programs of the same user find the running gateway. Only its owner may read it,
 * since it holds the admin token; it is removed when the gateway stops and ignored when its process is gone.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

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

/** Writes the file with mode 0600, all or nothing. */
export async function writeGatewayFile(bundleFolder: string, content: GatewayFile): Promise<void> {
  const path = pathOf(bundleFolder);
  const draft = `${path}.${content.pid}.tmp`;
  await mkdir(join(bundleFolder, "state"), { recursive: true, mode: 0o700 });
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

export async function removeGatewayFile(bundleFolder: string): Promise<void> {
  await rm(pathOf(bundleFolder), { force: true });
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
