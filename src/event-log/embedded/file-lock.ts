/** One after the other, across processes, by the lock of a file. */
import { setTimeout as delay } from "node:timers/promises";
import { GtcError } from "../../base/index.ts";
import { lockFile } from "./locked-file.ts";

const EVERY_MS = 25;

/**
 * Does the work while nobody else holds the file's lock. Without SQLite there is none to be had: then the work is done
 * without it, since not everybody who prepares a bundle can run a gateway.
 * @throws GtcError GTC_SETUP_BUSY when the lock is not given back in time; errors of the work
 */
export async function whileLocked<T>(path: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const release = await lock(path, waitMs);
  try {
    return await work();
  } finally {
    release();
  }
}

async function lock(path: string, waitMs: number): Promise<() => void> {
  for (let leftMs = waitMs; ; leftMs -= EVERY_MS) {
    const release = tryLock(path);
    if (release !== undefined) return release;
    if (leftMs <= 0) throw new GtcError("GTC_SETUP_BUSY", { path });
    await delay(EVERY_MS);
  }
}

/** Undefined while another one has it. */
function tryLock(path: string): (() => void) | undefined {
  try {
    // Nothing waits inside SQLite: that would hold up the whole process.
    return lockFile(path, 0);
  } catch (fault) {
    if (fault instanceof GtcError && fault.code === "GTC_SQLITE_MISSING") return () => undefined;
    throw fault;
  }
}
