/**
 * One process per folder. The lock is an exclusive lock of SQLite on a small file: the system gives it back when the
 * process dies, however it dies, so there is no stale lock to judge or to take over. The process's id stands beside it
 * for the message alone.
 */
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { GtcError } from "../../base/index.ts";
import { isSqliteError, openSqlite } from "./sqlite.ts";

const LOCK_FILE = "lock";
const OWNER_FILE = "lock.pid";

/** @throws GtcError GTC_BUNDLE_LOCKED with the other process's id. */
export function lockFolder(folder: string, waitMs: number): () => void {
  const database = lockedFile(folder, waitMs);
  try {
    writeFileSync(join(folder, OWNER_FILE), String(process.pid));
  } catch {
    // It is for a message alone: a full disk is for others to find.
  }
  return () => void database.close();
}

function lockedFile(folder: string, waitMs: number, isSecondTry = false): Database.Database {
  const path = join(folder, LOCK_FILE);
  const database = openSqlite(path, { timeout: waitMs });
  try {
    // The lock is taken by the first write and, in this mode, held until the connection closes.
    database.pragma("locking_mode = EXCLUSIVE");
    database.exec("BEGIN EXCLUSIVE; COMMIT");
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error))
      throw new GtcError("GTC_BUNDLE_LOCKED", { path: folder, pid: ownerOf(folder) }, { cause: error });
    if (isSecondTry || !isDamaged(error)) throw error;
    // It could be read, so nobody held it. Emptied and not removed: all who come lock the same file.
    rmSync(`${path}-journal`, { force: true });
    truncateSync(path, 0);
    return lockedFile(folder, waitMs, true);
  }
}

/** There is nothing in it that could be lost: an empty file is as good. */
function isDamaged(error: unknown): boolean {
  return isSqliteError(error) && /^SQLITE_(?:NOTADB|CORRUPT)/.test(error.code);
}

function isBusy(error: unknown): boolean {
  return isSqliteError(error) && error.code.startsWith("SQLITE_BUSY");
}

function ownerOf(folder: string): string {
  try {
    return readFileSync(join(folder, OWNER_FILE), "utf8");
  } catch {
    return "unknown";
  }
}
