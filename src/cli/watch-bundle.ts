/**
 * Notices that a bundle's files change: told by the system, and, because that does not tell of everything (a network's or
 * a container's mount, a file whose place a folder had for a moment), by a look at them every second.
 */
import { realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { watch, type FSWatcher } from "chokidar";
import { FileStates, withAllBelow } from "./file-states.ts";

/** Editors write in several steps: changes within this time are one. */
const SETTLE_MS = 150;
/** Changes that never pause, such as those of a program that writes into `flows` all the time, are told after so long. */
const MOST_SETTLE_MS = 2000;
/** How often it is asked where links lead, and what the files look like. */
const LOOK_EVERY_MS = 1000;

const SETUP: readonly string[] = ["state/settings.json", "state/secrets.json"];

/** Notices changes from the moment at which it is there, so that none is missed between a first look and the next. */
export interface BundleWatch extends AsyncDisposable {
  /**
   * Calls back for what has changed so far, and from now on. Calls never overlap: what changes during one leads to another
   * one behind it. When the system stops telling of changes, that is said to `onFault`.
   */
  tell(onChange: () => Promise<void>, onFault: (fault: unknown) => void): void;
}

/** Watches flows, settings and `bundle.yaml`. @throws an error of the file system, e.g. EACCES. */
export function watchBundle(folder: string): Promise<BundleWatch> {
  return watchPaths(folder, ["bundle.yaml", "flows", "tenants", ...SETUP]);
}

/** Watches what setup writes: settings and secrets. @throws an error of the file system, e.g. EACCES. */
export function watchSetup(folder: string): Promise<BundleWatch> {
  return watchPaths(folder, SETUP);
}

async function watchPaths(folder: string, names: readonly string[]): Promise<BundleWatch> {
  const paths = names.map((name) => join(folder, name));
  const states = new FileStates();
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  let onChange: (() => Promise<void>) | undefined;
  let onFault: ((fault: unknown) => void) | undefined;
  /** When the first change came of which was not told; undefined: there is none. */
  let changedAt: number | undefined;
  const report = (): void => {
    clearTimeout(timer);
    if (onChange === undefined || changedAt === undefined) return;
    const tell = onChange;
    const leftMs = changedAt + MOST_SETTLE_MS - performance.now();
    timer = setTimeout(
      () => {
        changedAt = undefined;
        // Before it is looked at: what changes from here on is told again.
        last = last.then(async () => states.begin(await withAllBelow(paths))).then(tell);
      },
      Math.min(SETTLE_MS, Math.max(0, leftMs)),
    );
  };
  const note = (): void => {
    changedAt ??= performance.now();
    report();
  };
  const open = (): Promise<FSWatcher> => openWatcher(folder, names, note, (fault) => onFault?.(fault));
  let watcher = await open();
  await states.begin(await withAllBelow(paths));
  const reopen = async (): Promise<void> => {
    // Closed first: watchers share by path what they watch, and one that is open keeps it where the link led before.
    await watcher.close();
    try {
      watcher = await open();
    } catch (fault) {
      onFault?.(fault);
    }
    note();
  };
  const stopLooking = lookAgainAndAgain([folder, ...paths], reopen, async () => {
    if (await states.look(await withAllBelow(paths))) note();
  });
  return {
    tell: (callback, complain) => {
      onChange = callback;
      onFault = complain;
      report();
    },
    [Symbol.asyncDispose]: async () => {
      await stopLooking();
      clearTimeout(timer);
      onChange = undefined;
      await watcher.close();
      await last;
    },
  };
}

async function openWatcher(
  folder: string,
  names: readonly string[],
  onEvent: () => void,
  onFault: (fault: unknown) => void,
): Promise<FSWatcher> {
  // The folder itself is watched, so that what is not there yet, such as a first `tenants`, is noticed when it comes.
  const watcher = watch(folder, { ignoreInitial: true, ignored: (path) => !isAmong(relative(folder, path), names) });
  watcher.on("all", onEvent);
  await new Promise<void>((resolve, reject) => {
    watcher.once("ready", resolve);
    watcher.on("error", (fault) => {
      // Before it is ready, it is the start that fails; later on nothing is left to reject.
      reject(fault);
      onFault(fault);
    });
  }).catch(async (fault: unknown) => {
    await watcher.close();
    throw fault;
  });
  return watcher;
}

/**
 * Calls back every second, and when a path leads to another folder than before: a link that is exchanged changes nothing in
 * the folder that is watched through it. Calls never overlap. Returns how to stop.
 */
function lookAgainAndAgain(
  paths: readonly string[],
  onExchange: () => Promise<void>,
  onLook: () => Promise<void>,
): () => Promise<void> {
  const stopped = new AbortController();
  const look = async (): Promise<void> => {
    let before = await targetsOf(paths);
    while (!stopped.signal.aborted) {
      await delay(LOOK_EVERY_MS, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      const now = await targetsOf(paths);
      // One that is missing for a moment is on its way to be exchanged.
      const isExchanged = now.some((target, at) => target !== "" && before[at] !== "" && target !== before[at]);
      before = now.map((target, at) => target || before[at] || "");
      if (stopped.signal.aborted) return;
      await (isExchanged ? onExchange() : onLook());
    }
  };
  const over = look();
  return () => {
    stopped.abort();
    return over;
  };
}

function targetsOf(paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(paths.map((path) => realpath(path).catch(() => "")));
}

/** Whether a path is one of the names, below one, or on the way to one. */
function isAmong(path: string, names: readonly string[]): boolean {
  const parts = path === "" ? [] : path.split(sep);
  return names.some((name) => name.split("/").every((part, at) => at >= parts.length || parts[at] === part));
}
