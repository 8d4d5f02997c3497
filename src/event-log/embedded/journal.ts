/**
 * The journal's writing end: group commit into segment files.
 *
 * Invariants:
 * 1. A receipt is called exactly once; `stored` only after the record's batch is on disk.
 * 2. Records stand in the journal in the order of `write`.
 * 3. Requests that arrive while a batch is written form the next one; there is never more than one write under way, and
 *    no segment is begun during one.
 * 4. A failed write is never tried again on the same file. Everything not yet stored is rejected, the file is cut back
 *    to the last stored byte, and the journal goes on, once the disk takes bytes again, in a new segment that starts at
 *    that byte: what lies behind it in the old file is outside the journal, even if the cut failed too.
 * 5. Nothing is written that a reader would not take for a record.
 */
import { rm } from "node:fs/promises";
import { GtcError, messageOf } from "../../base/index.ts";
import type { JournalFile, OpenJournalFile } from "./journal-file.ts";
import { gather, RecordArena, type EncodedRecord } from "./record-arena.ts";
import { isTooLarge, MAX_META_BYTES, type RecordMeta, type RecordType } from "./record-format.ts";
import { encodeHeader, HEADER_BYTES } from "./segment-header.ts";
import { segmentPath, syncPath, type Segment } from "./segment-files.ts";

export interface Receipt {
  stored(position: number): void;
  rejected(error: GtcError): void;
}

export interface JournalOptions {
  readonly folder: string;
  readonly salt: number;
  readonly segmentBytes: number;
  readonly openFile: OpenJournalFile;
  readonly nowMs: () => number;
  /** After each batch: everything before this position is on disk. */
  readonly onStored: (end: number) => void;
  /** A new segment was made; it comes before any `onStored` beyond its start. */
  readonly onSegment: (segment: Segment) => void;
  readonly onUnavailable: (because: string) => void;
  readonly onRecovered: () => void;
}

export type JournalState = { readonly status: "ready" } | { readonly status: "unavailable"; readonly because: string };

/** How long a failed journal waits before it tries the disk again. */
const PROBE_EVERY_MS = 250;
/** What a probe writes: a disk with less room than this is still full. */
const PROBE_BYTES = 256 * 1024;

/** A record, and who is told of its fate. */
export interface Unwritten {
  readonly type: RecordType;
  readonly meta: RecordMeta;
  readonly body: Uint8Array;
  readonly receipt: Receipt;
}

interface Pending {
  readonly record: EncodedRecord;
  readonly receipt: Receipt;
}

export class Journal {
  readonly #options: JournalOptions;
  readonly #arena: RecordArena;
  #file: JournalFile;
  #base: number;
  #end: number;
  #queue: Pending[] = [];
  #flushing: Promise<void> | undefined;
  #rollWaiters: (() => void)[] = [];
  #state: JournalState = { status: "ready" };
  #probe: NodeJS.Timeout | undefined;
  #recovering: Promise<void> | undefined;
  #closed = false;

  /** `file` is the segment that starts at `base` and holds whole records up to `end`. */
  constructor(options: JournalOptions, file: JournalFile, base: number, end: number) {
    this.#options = options;
    this.#arena = new RecordArena(options.salt);
    this.#file = file;
    this.#base = base;
    this.#end = end;
  }

  /** Everything before this position is on disk. */
  get end(): number {
    return this.#end;
  }

  get state(): JournalState {
    return this.#state;
  }

  /** Where the segment that is being written starts. */
  get activeBase(): number {
    return this.#base;
  }

  write(type: RecordType, meta: RecordMeta, body: Uint8Array, receipt: Receipt): void {
    const refusal = this.#refusal() ?? (isTooLarge(meta, body) ? tooLarge() : undefined);
    if (refusal !== undefined) return receipt.rejected(refusal);
    this.#queue.push({ record: this.#arena.encode(type, meta, body), receipt });
    this.#flushing ??= this.#flush();
  }

  /** Writes records in one batch, so that all are stored or none is. @throws RangeError for want of memory; none is written then */
  writeTogether(records: readonly Unwritten[]): void {
    const isAny = records.some(({ meta, body }) => isTooLarge(meta, body));
    const refusal = this.#refusal() ?? (isAny ? tooLarge() : undefined);
    if (refusal !== undefined) {
      for (const { receipt } of records) receipt.rejected(refusal);
      return;
    }
    const pending = records.map(({ type, meta, body, receipt }) => ({
      record: this.#arena.encode(type, meta, body),
      receipt,
    }));
    this.#queue.push(...pending);
    this.#flushing ??= this.#flush();
  }

  /** Starts a new segment now, so that retention can drop the one before. Resolves also where the disk does not let it. */
  roll(): Promise<void> {
    if (this.#refusal() !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      // Between two batches, as a write may have begun in this very turn of the loop.
      this.#rollWaiters.push(resolve);
      this.#flushing ??= this.#flush();
    });
  }

  /** Refuses further records, waits for those under way and closes the file. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#probe);
    await this.#flushing;
    await this.#recovering;
    if (this.#state.status === "ready") await this.#file.close();
  }

  async #flush(): Promise<void> {
    // The records of all requests that are read in this turn of the event loop go into one batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0 || this.#rollWaiters.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      try {
        if (this.#mustRoll()) await this.#roll();
        this.#tellRolled();
        if (batch.length > 0)
          await this.#file.write(gather(batch.map((pending) => pending.record)), this.#end - this.#base);
      } catch (error) {
        await this.#fail(batch, error);
        break;
      }
      this.#acknowledge(batch);
    }
    this.#flushing = undefined;
  }

  #mustRoll(): boolean {
    if (this.#end - this.#base >= this.#options.segmentBytes) return true;
    return this.#rollWaiters.length > 0 && this.#end > this.#base + HEADER_BYTES;
  }

  #tellRolled(): void {
    for (const resolve of this.#rollWaiters.splice(0)) resolve();
  }

  #acknowledge(batch: readonly Pending[]): void {
    let position = this.#end;
    for (const { record } of batch) this.#end += record.bytes;
    for (const { record, receipt } of batch) {
      receipt.stored(position);
      position += record.bytes;
    }
    this.#options.onStored(this.#end);
  }

  async #roll(): Promise<void> {
    const old = this.#file;
    this.#file = await this.#createSegment();
    this.#startSegment();
    await old.close();
  }

  async #createSegment(probeBytes = 0): Promise<JournalFile> {
    const path = segmentPath(this.#options.folder, this.#end);
    const file = await this.#options.openFile(path, true);
    try {
      const header = encodeHeader({ salt: this.#options.salt, base: this.#end, createdAtMs: this.#options.nowMs() });
      await file.write([header], 0);
      if (probeBytes > 0) {
        await file.write([Buffer.alloc(probeBytes)], HEADER_BYTES);
        await file.truncate(HEADER_BYTES);
      }
      syncPath(this.#options.folder);
    } catch (error) {
      await file.close();
      throw error;
    }
    return file;
  }

  #startSegment(): void {
    const { folder, salt, nowMs, onSegment, onStored } = this.#options;
    this.#base = this.#end;
    this.#end += HEADER_BYTES;
    onSegment({ path: segmentPath(folder, this.#base), salt, base: this.#base, createdAtMs: nowMs() });
    onStored(this.#end);
  }

  /** Why nothing is written now; undefined: it is. */
  #refusal(): GtcError | undefined {
    if (this.#closed) return unavailable("the log is closed");
    return this.#state.status === "unavailable" ? unavailable(this.#state.because) : undefined;
  }

  async #fail(batch: readonly Pending[], error: unknown): Promise<void> {
    const because = messageOf(error);
    this.#state = { status: "unavailable", because };
    this.#options.onUnavailable(because);
    const rejected = [...batch, ...this.#queue];
    this.#queue = [];
    // Cut first: what is rejected now must not be found after a crash.
    await this.#abandonFile();
    for (const { receipt } of rejected) receipt.rejected(unavailable(because, error));
    this.#tellRolled();
    this.#probeLater();
  }

  async #abandonFile(): Promise<void> {
    await settled(this.#file.truncate(this.#end - this.#base));
    await settled(this.#file.close());
  }

  #probeLater(): void {
    if (this.#closed) return;
    this.#probe = setTimeout(() => {
      this.#recovering = this.#recover().finally(() => (this.#recovering = undefined));
    }, PROBE_EVERY_MS);
    this.#probe.unref();
  }

  async #recover(): Promise<void> {
    try {
      // A probe before, or a roll that failed, may have left its file; nothing in it was ever acknowledged.
      await rm(segmentPath(this.#options.folder, this.#end), { force: true });
      this.#file = await this.#createSegment(PROBE_BYTES);
    } catch {
      this.#probeLater();
      return;
    }
    this.#startSegment();
    this.#state = { status: "ready" };
    this.#options.onRecovered();
  }
}

function unavailable(detail: string, cause?: unknown): GtcError {
  return new GtcError("GTC_LOG_UNAVAILABLE", { detail }, { cause });
}

function tooLarge(): GtcError {
  return new GtcError("GTC_RECORD_TOO_LARGE", { limit: MAX_META_BYTES });
}

/** For steps that are worth trying on a failing disk and whose own failure changes nothing. */
async function settled(step: Promise<void>): Promise<void> {
  await step.catch(() => undefined);
}
