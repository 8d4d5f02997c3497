/**
 * Notices that single files outside the bundle have other content, such as secrets that a container platform keeps up
 * to date. It asks for their state again and again rather than to be told: such files are often links to a folder that
 * is exchanged as a whole, or lie on a network, and what the system tells of those is not the same everywhere.
 */
import { stat } from "node:fs/promises";

/** A new state is reported once it was seen twice, so that half of a file is not taken for the whole. */
const EVERY_MS = 1000;

/**
 * Calls back when a file of `paths()` (which may be others each time) has changed, and once at the beginning for what
 * changed before. Calls never overlap. Returns how to stop; what is under way is then over.
 */
export function watchFiles(
  paths: () => readonly string[],
  onChange: () => Promise<void>,
  everyMs = EVERY_MS,
): () => Promise<void> {
  const reported = new Map<string, string>();
  const seen = new Map<string, string>();
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round = Promise.resolve();
  const look = async (): Promise<void> => {
    const states = await Promise.all(paths().map(async (path) => [path, await stateOf(path)] as const));
    const settled = states.filter(([path, state]) => !reported.has(path) || seen.get(path) === state);
    const isChange = settled.some(([path, state]) => (reported.get(path) ?? state) !== state);
    for (const [path, state] of states) seen.set(path, state);
    for (const [path, state] of settled) reported.set(path, state);
    if (isChange && !isStopped) await onChange();
  };
  const next = (): void => {
    if (isStopped) return;
    timer = setTimeout(() => (round = look().then(next)), everyMs);
    timer.unref();
  };
  round = look()
    .then(() => (isStopped || reported.size === 0 ? undefined : onChange()))
    .then(next);
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await round;
  };
}

/** What tells one content of a file from the next, without reading it. */
async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(" ");
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
