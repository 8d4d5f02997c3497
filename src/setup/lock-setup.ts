/**
 * One change of a bundle's setup at a time: each reads the whole of it and writes the whole of it, so that of two at once the
 * later one would take the other back, e.g. a secret that is registered at its provider by then. The lock is a file, as
 * setup needs no database; it is held for milliseconds.
 *
 * Invariants:
 * 1. Whoever is killed while holding it keeps nobody out for longer than `STALE_MS`.
 * 2. It is given back by its holder alone, also where it was taken for stale meanwhile.
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GtcError } from "../base/index.ts";

const STALE_MS = 10_000;
/** Longer than that, so that a lock whose holder died is waited for. */
const WAIT_MS = 15_000;
const ASK_AGAIN_MS = 20;

/**
 * Waits until nobody else changes the setup; from then on nobody does until the lock is disposed of. Read the setup behind it.
 * @throws GtcError GTC_SETUP_BUSY after `waitMs`.
 */
export async function lockSetup(bundleFolder: string, waitMs = WAIT_MS): Promise<AsyncDisposable> {
  const path = join(bundleFolder, "state", "setup.lock");
  const holder = randomUUID();
  // Where there is no bundle there is nothing to change; whoever reads the setup says so.
  if (!(await hasState(dirname(path)))) return { [Symbol.asyncDispose]: async () => undefined };
  const giveUpAt = performance.now() + waitMs;
  while (!(await take(path, holder))) {
    await removeStale(path, holder);
    if (performance.now() > giveUpAt) throw new GtcError("GTC_SETUP_BUSY", { path: bundleFolder, lock: path });
    await delay(ASK_AGAIN_MS);
  }
  return {
    [Symbol.asyncDispose]: async () => {
      if ((await readFile(path, "utf8").catch(() => "")) === holder) await rm(path, { force: true });
    },
  };
}

async function hasState(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return true;
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException;
    if (code === "EEXIST") return true;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw fault;
  }
}

async function take(path: string, holder: string): Promise<boolean> {
  try {
    await writeFile(path, holder, { flag: "wx", mode: 0o600 });
    return true;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw fault;
  }
}

/** Of several who find it stale one removes it; whoever comes late may have moved the next one, and puts that back. */
async function removeStale(path: string, holder: string): Promise<void> {
  if (!(await isStale(path))) return;
  const moved = `${path}.${holder}`;
  try {
    await rename(path, moved);
  } catch {
    return;
  }
  if (!(await isStale(moved))) await link(moved, path).catch(() => undefined);
  await rm(moved, { force: true });
}

async function isStale(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS;
}
