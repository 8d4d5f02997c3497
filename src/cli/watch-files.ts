/**
 * Notices that single files outside the bundle have other content, such as secrets that a container platform keeps up
 * to date. It asks for their state again and again rather than to be told: such files are often links to a folder that
 * is exchanged as a whole, or lie on a network, and what the system tells of those is not the same everywhere.
 */
import { setTimeout as delay } from "node:timers/promises";
import { FileStates } from "./file-states.ts";

/** A new state is reported once it was seen twice, so that half of a file is not taken for the whole. */
const EVERY_MS = 1000;

/**
 * Calls back when a file of `paths()` (which may be others each time) has changed or is a new one there, and once at the
 * beginning for what changed before. Calls never overlap. Returns how to stop; what is under way is then over.
 */
export function watchFiles(
  paths: () => readonly string[],
  onChange: () => Promise<void>,
  everyMs = EVERY_MS,
): () => Promise<void> {
  const files = new FileStates();
  const stopped = new AbortController();
  const look = async (): Promise<void> => {
    await files.begin(paths());
    if (paths().length > 0) await onChange();
    while (!stopped.signal.aborted) {
      await delay(everyMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      if (!stopped.signal.aborted && (await files.look(paths()))) await onChange();
    }
  };
  const over = look();
  return () => {
    stopped.abort();
    return over;
  };
}
