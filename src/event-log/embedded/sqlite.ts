/**
 * The one place that knows which release of SQLite's binding this Node loads. package.json names two, as none serves every
 * Node that gtc runs on: release 12 ends the process on Node 24.19 and newer when a statement is collected as garbage, and
 * release 13 needs a Node-API that Node 20 does not have (ADR 18). Their interface is the same as far as it is used here.
 */
import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import type BetterSqlite3 from "better-sqlite3";
import { GtcError, messageOf } from "../../base/index.ts";

/** The first Node whose Node-API release 13 can use. */
const FIRST_WITH_NODE_API_10 = 22;

const require = createRequire(import.meta.url);
let library: typeof BetterSqlite3 | undefined;

/** Opens a database file, or makes it, for its owner alone. @throws GtcError GTC_SQLITE_MISSING; SqliteError when the file cannot be opened. */
export function openSqlite(path: string, options?: BetterSqlite3.Options): BetterSqlite3.Database {
  const Database = sqlite();
  if (options?.fileMustExist !== true) makePrivate(path);
  return new Database(path, options);
}

/** SQLite makes a file for all to read, and those beside it like the file. Who restores a copy makes such folders, too. */
function makePrivate(path: string): void {
  try {
    // Never one that is there: to close it would give up the locks that this process has on it.
    closeSync(openSync(path, "wx", 0o600));
  } catch {
    // It is there, or SQLite says why it cannot be.
  }
}

/** Whether an error is SQLite's, with a code of its own (https://www.sqlite.org/rescode.html). */
export function isSqliteError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof sqlite().SqliteError;
}

function sqlite(): typeof BetterSqlite3 {
  library ??= loadSqlite((name) => require(name));
  return library;
}

/** Release 12 looks for its binary only when a database is opened. @throws GtcError GTC_SQLITE_MISSING */
export function loadSqlite(load: (name: string) => unknown): typeof BetterSqlite3 {
  const major = Number(process.versions.node.split(".")[0]);
  try {
    const Database = load(
      major < FIRST_WITH_NODE_API_10 ? "better-sqlite3" : "better-sqlite3-13",
    ) as typeof BetterSqlite3;
    new Database(":memory:").close();
    return Database;
  } catch (cause) {
    // Beside what is wrong it lists every place where it looked.
    const detail = messageOf(cause).replace(/(?: Tried:)?\n.*/s, "");
    throw new GtcError("GTC_SQLITE_MISSING", { node: process.version, detail }, { cause });
  }
}
