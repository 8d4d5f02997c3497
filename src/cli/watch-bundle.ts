import { relative, sep } from "node:path";
import { watch } from "chokidar";

/** Editors write in several steps: changes within this time are one. */
const SETTLE_MS = 150;

const SETUP: readonly string[] = ["state/settings.json", "state/secrets.json"];

/**
 * Calls back after flows, settings or `bundle.yaml` changed. Calls never overlap: what changes during one leads to another
 * one behind it. Resolves, once nothing is missed any more, to how to stop.
 */
export function watchBundle(folder: string, onChange: () => Promise<void>): Promise<() => Promise<void>> {
  return watchPaths(folder, ["bundle.yaml", "flows", "tenants", ...SETUP], onChange);
}

/** The same after setup wrote settings or secrets. */
export function watchSetup(folder: string, onChange: () => Promise<void>): Promise<() => Promise<void>> {
  return watchPaths(folder, SETUP, onChange);
}

async function watchPaths(
  folder: string,
  names: readonly string[],
  onChange: () => Promise<void>,
): Promise<() => Promise<void>> {
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  // The folder itself is watched, so that what is not there yet, such as a first `tenants`, is noticed when it comes.
  const watcher = watch(folder, { ignoreInitial: true, ignored: (path) => !isAmong(relative(folder, path), names) });
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  watcher.on("all", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      last = last.then(onChange);
    }, SETTLE_MS);
  });
  return async () => {
    clearTimeout(timer);
    await watcher.close();
    await last;
  };
}

/** Whether a path is one of the names, below one, or on the way to one. */
function isAmong(path: string, names: readonly string[]): boolean {
  const parts = path === "" ? [] : path.split(sep);
  return names.some((name) => name.split("/").every((part, at) => at >= parts.length || parts[at] === part));
}
