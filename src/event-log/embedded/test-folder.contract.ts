import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A temp folder that goes when the test's scope ends. */
export interface TestFolder extends Disposable {
  readonly path: string;
}

/** In the memory of the system where it offers that: for tests that write a file thousands of times. */
export function testFolderInMemory(): TestFolder {
  return testFolder(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
}

export function testFolder(parent = tmpdir()): TestFolder {
  const path = mkdtempSync(join(parent, "gtc-log-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
