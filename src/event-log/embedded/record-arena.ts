/**
 * Where records are encoded before they are written: one slab for many records, so that an append costs no buffer of
 * its own and a batch of small records is one contiguous piece of memory. Small bodies are copied next to their meta;
 * large ones stay where they are, and so do the large pieces of a meta.
 */
import {
  MAX_BODY_BYTES,
  MAX_META_BYTES,
  PREFIX_BYTES,
  sealRecord,
  type RecordMeta,
  type RecordType,
} from "./record-format.ts";

const SLAB_BYTES = 256 * 1024;
/** Below this a copy is cheaper than one more buffer in the write. */
const COPIED_BODY_BYTES = 16 * 1024;

export interface EncodedRecord {
  readonly slab: Buffer;
  readonly from: number;
  readonly to: number;
  /** What follows and was not copied. */
  readonly apart: readonly Buffer[];
  readonly bytes: number;
}

export class RecordArena {
  readonly #salt: number;
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #used = 0;

  constructor(salt: number) {
    this.#salt = salt;
  }

  /** @throws RangeError for what no reader would take for a record, and for want of memory */
  encode(type: RecordType, meta: RecordMeta, body: Uint8Array): EncodedRecord {
    checkSize("body", body.byteLength, MAX_BODY_BYTES);
    const { text, apart } = partsOf(meta);
    checkSize("meta", text.length, MAX_META_BYTES);
    const copied = apart.length === 0 && body.byteLength <= COPIED_BODY_BYTES;
    // A UTF-16 unit is at most three bytes of UTF-8.
    const most = PREFIX_BYTES + text.length * 3 + (copied ? body.byteLength : 0);
    if (this.#used + most > this.#slab.length) {
      // The old slab lives on as long as a batch that holds a piece of it.
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, most));
      this.#used = 0;
    }
    const from = this.#used;
    const textBytes = this.#slab.write(text, from + PREFIX_BYTES, "utf8");
    const metaBytes = textBytes + sizeOf(apart);
    checkSize("meta", metaBytes, MAX_META_BYTES);
    let to = from + PREFIX_BYTES + textBytes;
    if (copied) {
      this.#slab.set(body, to);
      to += body.byteLength;
    } else if (body.byteLength > 0) apart.push(viewOf(body));
    sealRecord(this.#slab, { at: from, end: to }, { type, metaBytes, bodyBytes: body.byteLength }, apart, this.#salt);
    this.#used = to;
    return { slab: this.#slab, from, to, apart, bytes: to - from + sizeOf(apart) };
  }
}

/** What of a meta goes into the slab, and what stays where it is. */
function partsOf(meta: RecordMeta): { readonly text: string; readonly apart: Buffer[] } {
  if (typeof meta === "string") return { text: meta, apart: [] };
  const [text = "", ...rest] = meta;
  if (typeof text !== "string") throw new TypeError("a record's meta begins with a text");
  return { text, apart: rest.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : viewOf(piece))) };
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function sizeOf(apart: readonly Buffer[]): number {
  return apart.reduce((sum, { length }) => sum + length, 0);
}

function checkSize(part: string, bytes: number, most: number): void {
  if (bytes > most)
    throw new RangeError(`a record's ${part} of ${bytes} bytes is more than the log can hold (${most})`);
}

/** The buffers of a batch, neighbours in one slab joined. */
export function gather(records: readonly EncodedRecord[]): Buffer[] {
  const buffers: Buffer[] = [];
  let slab: Buffer | undefined;
  let from = 0;
  let to = 0;
  const flush = (): void => {
    if (slab !== undefined && to > from) buffers.push(slab.subarray(from, to));
    slab = undefined;
  };
  for (const record of records) {
    if (record.slab !== slab || record.from !== to) {
      flush();
      slab = record.slab;
      from = record.from;
    }
    to = record.to;
    if (record.apart.length > 0) {
      flush();
      buffers.push(...record.apart);
    }
  }
  flush();
  return buffers;
}
