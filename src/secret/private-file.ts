/** Files that only their owner may read, written all or nothing: a crash leaves the old file or the new one. */
import { constants } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A draft that is older was left by a process that was killed. */
const LEFT_OVER_MS = 3_600_000;

/** Writes a file with mode 0600 in a folder with mode 0700; durable when it returns. */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.tmp`;
  // A left-over goes; made anew, it is no link to a file elsewhere, which root would give away.
  await rm(draft, { force: true });
  try {
    await writeDraft(draft, content);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  await removeLeftOvers(path);
}

async function writeDraft(path: string, content: string): Promise<void> {
  const file = await open(path, constants.O_CREAT | constants.O_WRONLY | constants.O_EXCL, 0o600);
  try {
    await giveToOwner(file, dirname(path));
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Drafts of the file that other processes left. What cannot be removed hinders nobody. */
async function removeLeftOvers(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    if (!name.startsWith(prefix) || !/^\d+\.tmp$/.test(name.slice(prefix.length))) continue;
    const draft = join(dirname(path), name);
    const found = await stat(draft).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < LEFT_OVER_MS) continue;
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** What root writes beside a gateway that runs as another user is for that user to read: the folder's owner. */
async function giveToOwner(file: FileHandle, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  if (uid !== 0) await file.chown(uid, gid);
}
