/** One process per folder. The process's id stands beside the lock, for the message alone. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GtcError } from "../../base/index.ts";
import { lockFile } from "./locked-file.ts";

const LOCK_FILE = "lock";
const OWNER_FILE = "lock.pid";

/** @throws GtcError GTC_BUNDLE_LOCKED with the other process's id. */
export function lockFolder(folder: string, waitMs: number): () => void {
  const release = lockFile(join(folder, LOCK_FILE), waitMs);
  if (release === undefined) throw new GtcError("GTC_BUNDLE_LOCKED", { path: folder, pid: ownerOf(folder) });
  try {
    writeFileSync(join(folder, OWNER_FILE), String(process.pid));
  } catch {
    // It is for a message alone: a full disk is for others to find.
  }
  return release;
}

function ownerOf(folder: string): string {
  try {
    return readFileSync(join(folder, OWNER_FILE), "utf8");
  } catch {
    return "unknown";
  }
}
