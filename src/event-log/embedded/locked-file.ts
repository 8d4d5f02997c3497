/**
 * An exclusive lock of SQLite on a small file (ADR 11): the system gives it back when the process dies, however it dies, so
 * there is no stale lock to judge or to take over.
 */
import { rmSync, truncateSync } from "node:fs";
import { isSqliteError, openSqlite } from "./sqlite.ts";

/**
 * Takes the lock of a file; waits inside SQLite, and so holds up the whole thread, for at most `waitMs`. Returns how to give
 * it back, or undefined while another one has it. @throws GtcError GTC_SQLITE_MISSING; SqliteError
 */
export function lockFile(path: string, waitMs: number, isSecondTry = false): (() => void) | undefined {
  const database = openSqlite(path, { timeout: waitMs });
  try {
    // The lock is taken by the first write and, in this mode, held until the connection closes.
    database.pragma("locking_mode = EXCLUSIVE");
    database.exec("BEGIN EXCLUSIVE; COMMIT");
    return () => void database.close();
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    if (isSecondTry || !isDamaged(error)) throw error;
    // It could be read, so nobody held it. Emptied and not removed: all who come lock the same file.
    rmSync(`${path}-journal`, { force: true });
    truncateSync(path, 0);
    return lockFile(path, waitMs, true);
  }
}

/** There is nothing in it that could be lost: an empty file is as good. */
function isDamaged(error: unknown): boolean {
  return isSqliteError(error) && /^SQLITE_(?:NOTADB|CORRUPT)/.test(error.code);
}

function isBusy(error: unknown): boolean {
  return isSqliteError(error) && error.code.startsWith("SQLITE_BUSY");
}
