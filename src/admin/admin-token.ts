/**
 * The token of the admin port: made at the first start of a bundle's gateway and kept, so that a browser that was let in
 * once stays in after a restart. To end all sessions, delete the file and start again.
 */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";

const FORM = /^[\w-]{43}$/;

/** The bundle's token; made, readable by its owner alone, when there is none. */
export async function adminToken(bundleFolder: string): Promise<string> {
  const path = join(bundleFolder, "state", "admin.token");
  const known = (await readFile(path, "utf8").catch(() => "")).trim();
  if (FORM.test(known)) {
    // Whoever copied the bundle may have opened it to others.
    await chmod(path, 0o600);
    return known;
  }
  const token = randomBytes(32).toString("base64url");
  await mkdir(join(bundleFolder, "state"), { recursive: true, mode: 0o700 });
  const file = await open(path, "w", 0o600);
  try {
    // A file that was there, with something else in it, has kept its own mode.
    await file.chmod(0o600);
    await file.writeFile(`${token}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return token;
}
