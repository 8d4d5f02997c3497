/**
 * What operators did through the admin port: a file of JSON lines in the bundle's state, readable by its owner alone. It
 * is bounded: a full file becomes the old one, and the one before it goes. An act is written before it is done.
 */
import { appendFile, mkdir, open, readFile, rename, stat } from "node:fs/promises";
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

  /** The newest acts first, of the so many oldest: what is written between two pages moves nothing. */
  async list(
    limit: number,
    oldest = Infinity,
  ): Promise<{ readonly items: readonly AuditEntry[]; readonly next: number | undefined }> {
    await this.#last;
    const entries = [...(await entriesOf(`${this.#path}.1`)), ...(await entriesOf(this.#path))].slice(0, oldest);
    const next = entries.length - limit;
    return { items: entries.slice(-limit).reverse(), next: next > 0 ? next : undefined };
  }

  async #append(line: string): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const { size } = await stat(this.#path).catch(() => ({ size: 0 }));
    if (size > 0 && size + line.length > this.#maxBytes) await rename(this.#path, `${this.#path}.1`);
    // What a crash or a full disk left of a line must not make this one unreadable.
    const start = (await endsALine(this.#path)) ? "" : "\n";
    await appendFile(this.#path, start + line, { mode: 0o600, flush: true });
  }
}

/** Whether a file ends with a whole line, or holds nothing. */
async function endsALine(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return true;
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    return size === 0 || ((await file.read(last, 0, 1, size - 1)).bytesRead === 1 && last.toString() === "\n");
  } finally {
    await file.close();
  }
}

async function entriesOf(path: string): Promise<AuditEntry[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => entryIn(line) ?? []);
}

/** Undefined for what is left of a line of which only a part was written. */
function entryIn(line: string): AuditEntry | undefined {
  try {
    return JSON.parse(line) as AuditEntry;
  } catch {
    return undefined;
  }
}
