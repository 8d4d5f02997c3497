/**
 * One after the other, across processes: an exclusive lock of SQLite on a small file, as for the log's folder (ADR 11). The
 * system gives it back when a process dies, so there is no stale lock to judge.
 */
import { setTimeout as delay } from "node:timers/promises";
import { GtcError } from "../../base/index.ts";
import { isSqliteError, openSqlite } from "./sqlite.ts";

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
  let database: ReturnType<typeof openSqlite>;
  try {
    // Nothing waits inside SQLite: that would hold up the whole process.
    database = openSqlite(path, { timeout: 0 });
  } catch (fault) {
    if (fault instanceof GtcError && fault.code === "GTC_SQLITE_MISSING") return () => undefined;
    throw fault;
  }
  try {
    database.exec("BEGIN EXCLUSIVE");
    return () => void database.close();
  } catch (fault) {
    database.close();
    if (isSqliteError(fault) && fault.code.startsWith("SQLITE_BUSY")) return undefined;
    throw fault;
  }
}
