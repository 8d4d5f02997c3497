/** Files as they are found: which there are, and whether their content is still what it was. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Far more than a bundle has. */
const MOST_FILES = 2000;

/** What files looked like, to tell whether one has other content. */
export class FileStates {
  readonly #reported = new Map<string, string>();
  readonly #seen = new Map<string, string>();

  /** Takes the files as they are: of that nothing needs to be told. */
  async begin(paths: readonly string[]): Promise<void> {
    await this.look(paths);
    for (const path of paths) this.#reported.set(path, this.#seen.get(path) ?? "");
  }

  /** Whether a file has a state that was seen twice and is not the one of which was told; of a new one nothing was. */
  async look(paths: readonly string[]): Promise<boolean> {
    const states = await Promise.all(paths.map(async (path) => [path, await stateOf(path)] as const));
    let isChange = false;
    for (const [path, state] of states) {
      if (this.#seen.get(path) === state && this.#reported.get(path) !== state) {
        isChange = true;
        this.#reported.set(path, state);
      }
      this.#seen.set(path, state);
    }
    return isChange;
  }
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

/** The paths, and all files and folders below them. One that goes or comes is seen at its folder, which has another state then. */
export async function withAllBelow(paths: readonly string[]): Promise<readonly string[]> {
  const below = await Promise.all(
    paths.map(async (path) => {
      const names = await readdir(path, { recursive: true }).catch(() => []);
      return names.map((name) => join(path, name));
    }),
  );
  return [...paths, ...below.flat()].slice(0, MOST_FILES);
}
