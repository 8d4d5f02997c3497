/**
 * What operators did through the admin port: a file of JSON lines in the bundle's state, readable by its owner alone. It
 * is bounded: a full file becomes the old one, and the one before it goes. An act is written before it is done.
 */
import { appendFile, mkdir, readFile, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { AuditEntry } from "./contract/index.ts";

const MAX_BYTES = 4 * 1024 * 1024;

export class AuditTrail {
  readonly #path: string;
  readonly #maxBytes: number;
  /** One act after the other, so that lines never mix and the file turns over once. */
  #last: Promise<void> = Promise.resolve();

  constructor(path: string, maxBytes = MAX_BYTES) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  /** Writes an act down. Rejects when it cannot: then it must not be done. */
  write(entry: AuditEntry): Promise<void> {
    const written = this.#last.then(() => this.#append(`${JSON.stringify(entry)}\n`));
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** The newest acts first; `before` is how many were seen already. */
  async list(
    limit: number,
    before = 0,
  ): Promise<{ readonly items: readonly AuditEntry[]; readonly next: number | undefined }> {
    await this.#last;
    const lines = [...(await linesOf(`${this.#path}.1`)), ...(await linesOf(this.#path))].reverse();
    const items = lines.slice(before, before + limit).map((line) => JSON.parse(line) as AuditEntry);
    return { items, next: before + limit < lines.length ? before + limit : undefined };
  }

  async #append(line: string): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const { size } = await stat(this.#path).catch(() => ({ size: 0 }));
    if (size > 0 && size + line.length > this.#maxBytes) await rename(this.#path, `${this.#path}.1`);
    await appendFile(this.#path, line, { mode: 0o600, flush: true });
  }
}

async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  // A crash in the middle of a write leaves a line without its end.
  return text
    .split("\n")
    .slice(0, -1)
    .filter((line) => line !== "");
}
