/** Merges ordered streams of row ids, greatest first, reading each only as far as it is needed. */

/** Row ids, greatest first: the next ones, at most `count`; none: there are no more. */
export interface SeqSource {
  readonly next: (count: number) => readonly number[];
}

/** Row ids of one stream before a row id, greatest first. */
export type SeqStream = (before: number, limit: number) => readonly number[];

/** More streams than these are not merged: rows are gone through one by one. */
export const MOST_STREAMS = 4000;

const FIRST_CHUNK = 4;
const MOST_CHUNK = 512;

interface Head {
  readonly stream: SeqStream;
  chunk: readonly number[];
  at: number;
  size: number;
}

export class SeqMerge implements SeqSource {
  /** A heap: the greatest head first. */
  readonly #heap: Head[] = [];

  constructor(streams: readonly SeqStream[], before: number) {
    for (const stream of streams) {
      const chunk = stream(before, FIRST_CHUNK);
      if (chunk.length > 0) this.#push({ stream, chunk, at: 0, size: FIRST_CHUNK });
    }
  }

  next(count: number): readonly number[] {
    const seqs: number[] = [];
    while (seqs.length < count) {
      const top = this.#heap[0];
      if (top === undefined) break;
      const seq = valueOf(top);
      // A row whose status changed between two reads may stand in two streams.
      if (seq !== seqs.at(-1)) seqs.push(seq);
      this.#advance(top, seq);
    }
    return seqs;
  }

  #advance(top: Head, seq: number): void {
    top.at += 1;
    if (top.at === top.chunk.length) {
      const more = top.chunk.length === top.size;
      top.size = Math.min(top.size * 4, MOST_CHUNK);
      top.chunk = more ? top.stream(seq, top.size) : [];
      top.at = 0;
    }
    const last = this.#heap.pop();
    if (top.chunk.length === 0) {
      if (last === undefined || last === top) return;
      this.#heap[0] = last;
    } else if (last !== undefined) this.#heap.push(last);
    this.#sink();
  }

  #push(head: Head): void {
    const heap = this.#heap;
    let index = heap.push(head) - 1;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (valueOf(heap[parent]!) >= valueOf(heap[index]!)) return;
      swap(heap, parent, index);
      index = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child = right < heap.length && valueOf(heap[right]!) > valueOf(heap[left]!) ? right : left;
      if (valueOf(heap[index]!) >= valueOf(heap[child]!)) return;
      swap(heap, index, child);
      index = child;
    }
  }
}

function valueOf(head: Head): number {
  return head.chunk[head.at] ?? -1;
}

function swap(heap: Head[], one: number, other: number): void {
  const head = heap[one]!;
  heap[one] = heap[other]!;
  heap[other] = head;
}

/** One stream from a row id on. */
export function seqPass(stream: SeqStream, from: number): SeqSource {
  let before = from;
  return {
    next: (count) => {
      const found = stream(before, count);
      before = found.at(-1) ?? -1;
      return found;
    },
  };
}
