import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { whileLocked } from "./event-log/embedded/index.ts";

const SETUP_WAIT_MS = 10_000;

/**
 * Does what reads and writes the whole setup: answers, a rotation, a handshake. One at a time, whichever processes they are
 * in: of two at once, the second would take back what the first had done. @throws GtcError GTC_SETUP_BUSY
 */
export async function changeSetup<T>(bundleFolder: string, work: () => Promise<T>): Promise<T> {
  const state = join(bundleFolder, "state");
  await mkdir(state, { recursive: true, mode: 0o700 });
  const path = join(state, "setup.lock");
  // Whoever could open it could hold everybody else up.
  await (await open(path, "a", 0o600)).close();
  return whileLocked(path, SETUP_WAIT_MS, work);
}
