/** Files that only their owner may read, written all or nothing: a crash leaves the old file or the new one. */
import { constants } from "node:fs";
import { mkdir, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file with mode 0600 in a folder with mode 0700; durable when it returns. */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.tmp`;
  // A left-over goes; made anew, it is no link to a file elsewhere, which root would give away.
  await rm(draft, { force: true });
  const file = await open(draft, constants.O_CREAT | constants.O_WRONLY | constants.O_EXCL, 0o600);
  try {
    await giveToOwner(file, dirname(path));
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path).catch(async (error: unknown) => {
    await rm(draft, { force: true });
    throw error;
  });
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** What root writes beside a gateway that runs as another user is for that user to read: the folder's owner. */
async function giveToOwner(file: FileHandle, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  if (uid !== 0) await file.chown(uid, gid);
}
