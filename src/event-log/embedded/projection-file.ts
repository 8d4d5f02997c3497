/**
 * The projection's SQLite file: made when it is missing, refused when it is another's. What cannot be used is deleted and
 * built again, as the journal holds everything that is in it.
 */
import { rmSync } from "node:fs";
import type Database from "better-sqlite3";
import { EVENT_STATUSES, PROJECTION_VERSION, RUN_STATUSES, SCHEMA } from "./projection-schema.ts";
import { isSqliteError, openSqlite } from "./sqlite.ts";

class ForeignProjection extends Error {}

/** Opens the file for writing. @throws Error for which `isUnusable` holds when it is damaged or another's. */
export function openProjectionFile(path: string, salt: number): Database.Database {
  const db = openSqlite(path);
  try {
    prepareFile(db, salt);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export function removeProjection(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(path + suffix, { force: true });
}

/** Whether the file cannot be used as it is, so that building it again is the way on. */
export function isUnusable(error: unknown): boolean {
  return (
    error instanceof ForeignProjection ||
    (isSqliteError(error) && /^SQLITE_(CORRUPT|NOTADB|SCHEMA|ERROR)/.test(error.code))
  );
}

const REFUSED = /^(?:SQLITE_(?:FULL|BUSY|CANTOPEN|IOERR_SHM)|ENOSPC|EDQUOT|EMFILE|ENFILE)/;

/** Whether the system does not let the file be opened or written now. It may be whole: building it again is no way on. */
export function isRefusedBySystem(code: string | undefined): boolean {
  return code !== undefined && REFUSED.test(code);
}

function prepareFile(db: Database.Database, salt: number): void {
  db.pragma("journal_mode = WAL");
  // The journal is the truth. NORMAL keeps the file sound after a loss of power, and costs a sync per checkpoint only.
  db.pragma("synchronous = NORMAL");
  db.pragma("cache_size = -32768");
  db.pragma("wal_autocheckpoint = 4000");
  const version = db.pragma("user_version", { simple: true });
  if (version === 0 && isEmpty(db)) {
    db.transaction(() => {
      db.exec(SCHEMA);
      const counter = db.prepare("INSERT INTO counter VALUES (?, 0)");
      for (const status of new Set(EVENT_STATUSES)) counter.run(`event:${status}`);
      for (const status of [...RUN_STATUSES, "resolved"]) counter.run(`run:${status}`);
      db.prepare("INSERT INTO meta VALUES ('salt', ?)").run(salt);
      db.pragma(`user_version = ${PROJECTION_VERSION}`);
    })();
    return;
  }
  const known = version === PROJECTION_VERSION;
  if (!known || db.prepare("SELECT value FROM meta WHERE name = 'salt'").pluck().get() !== salt) {
    throw new ForeignProjection("the projection belongs to another version or another journal");
  }
}

function isEmpty(db: Database.Database): boolean {
  return db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() === 0;
}
