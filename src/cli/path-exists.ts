import { stat } from "node:fs/promises";

/** A path that may not be looked at is not taken for one that is not there. @throws an error of the file system. */
export async function pathExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw fault;
  }
}
