/** What was thrown, as an error of the table: what the operating system refuses is no fault of gtc. */
import { GtcError, messageOf, systemCodeOf } from "../base/index.ts";

const LOOK_AT_PATH = "Look at the path that the message names.";
const RIGHTS = "Give the user that runs gtc the right to read and write there.";
const SPACE = "Free space on that disk, or raise the quota.";
const NO_PAGES =
  "Free space on that disk, or raise the quota: there is none to open the file with. If there is space, check the disk.";
const OPEN_FILES = "Raise the limit of open files (`ulimit -n`).";
const DISK = "The disk reports errors: check it, and what the system's log says of it.";

/** What an operator can do about a refusal, by its code; others, such as EBADF, are ours. */
const ADVICE: ReadonlyMap<unknown, string> = new Map([
  ["EACCES", RIGHTS],
  ["EPERM", RIGHTS],
  ["EROFS", "The file system is mounted read-only: mount it for writing, or keep the bundle elsewhere."],
  ["EADDRNOTAVAIL", "This machine has no such address: listen on 127.0.0.1, or on 0.0.0.0 for all addresses."],
  ["ENOTFOUND", "The name leads nowhere: write an address, such as 127.0.0.1 or 0.0.0.0."],
  ["EAI_AGAIN", "The name cannot be looked up now: write an address, such as 127.0.0.1 or 0.0.0.0."],
  ["ENOSPC", SPACE],
  ["EDQUOT", SPACE],
  ["SQLITE_FULL", SPACE],
  ["EMFILE", OPEN_FILES],
  ["ENFILE", OPEN_FILES],
  ["EIO", DISK],
  ["SQLITE_IOERR", DISK],
  // SQLite tells a used-up quota by it: only a disk without space is SQLITE_FULL there.
  ["SQLITE_IOERR_WRITE", "Raise the quota of that disk, if it is used up. If not, check the disk."],
  // The index that readers share beside the file needs a few pages of its own (sqlite.org/walformat.html); nearly always it is room that is missing.
  ["SQLITE_IOERR_SHMSIZE", NO_PAGES],
  ["SQLITE_IOERR_SHMOPEN", NO_PAGES],
  ["SQLITE_IOERR_SHMMAP", NO_PAGES],
  ["SQLITE_CANTOPEN", RIGHTS],
  ["SQLITE_PERM", RIGHTS],
  ["SQLITE_READONLY", RIGHTS],
  ["EEXIST", LOOK_AT_PATH],
  ["EISDIR", LOOK_AT_PATH],
  ["ELOOP", LOOK_AT_PATH],
  ["ENAMETOOLONG", LOOK_AT_PATH],
  ["ENOENT", LOOK_AT_PATH],
  ["ENOTDIR", LOOK_AT_PATH],
]);
/** Where the general advice would mislead. */
const SPECIAL: ReadonlyMap<string, string> = new Map([
  [
    "listen EACCES",
    "Ports below 1024 need a right of their own: choose another port, and let a proxy stand before it.",
  ],
  ["watch ENOSPC", "Raise the number of files that may be watched (`sysctl fs.inotify.max_user_watches`)."],
  [
    "watch EMFILE",
    "Raise the number of watchers (`sysctl fs.inotify.max_user_instances`) or of open files (`ulimit -n`).",
  ],
]);

/** Undefined: a fault of gtc itself. */
export function asGtcError(thrown: unknown): GtcError | undefined {
  if (thrown instanceof GtcError) return thrown;
  const code = systemCodeOf(thrown);
  if (!(thrown instanceof Error) || code === undefined) return undefined;
  const call = "syscall" in thrown ? `${String(thrown.syscall)} ${code}` : "";
  const advice = SPECIAL.get(call) ?? ADVICE.get(code) ?? ADVICE.get(generalCode(code));
  if (advice === undefined) return undefined;
  return new GtcError("GTC_SYSTEM", { detail: messageOf(thrown), advice }, { cause: thrown });
}

/** SQLite's extended codes have the general one in front: SQLITE_IOERR_WRITE (sqlite.org/rescode.html). */
function generalCode(code: string): string {
  return /^SQLITE_[A-Z]+/.exec(code)?.[0] ?? "";
}
