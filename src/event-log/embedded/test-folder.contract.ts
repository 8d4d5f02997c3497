import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A temp folder that goes when the test's scope ends. */
export interface TestFolder extends Disposable {
  readonly path: string;
}

export function testFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), "gtc-log-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
