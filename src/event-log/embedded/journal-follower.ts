/** Reads the journal from one position on, segment by segment, as far as it is durable. For the projector's thread. */
import { closeSync, openSync } from "node:fs";
import { CHUNK_BYTES, SegmentScan, type ScannedRecord } from "./scan-segment.ts";
import { HEADER_BYTES } from "./segment-header.ts";
import type { Segment } from "./segment-files.ts";

export class JournalFollower {
  readonly #segments: Segment[];
  readonly #writtenFrom: number;
  readonly #scratch = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #position: number;
  #open: { readonly segment: Segment; readonly fd: number } | undefined;

  /** Records from `writtenFrom` on are known to be whole. */
  constructor(segments: readonly Segment[], position: number, writtenFrom: number) {
    this.#segments = [...segments];
    this.#writtenFrom = writtenFrom;
    this.#position = position;
  }

  /** Everything before it has been read. */
  get position(): number {
    return this.#position;
  }

  add(segment: Segment): void {
    this.#segments.push(segment);
  }

  dropBefore(base: number): void {
    while (this.#segments.length > 1 && this.#segments[0]!.base < base) this.#segments.shift();
  }

  /** Starts again at a position, after what was read could not be kept. */
  rewind(position: number): void {
    this.#position = position;
  }

  /** Gives the records up to `stored` to `visit`, until it returns false. */
  read(stored: number, visit: (record: ScannedRecord) => boolean): void {
    while (this.#position < stored) {
      const index = this.#indexAt(this.#position);
      const segment = this.#segments[index];
      if (segment === undefined) return;
      const following = this.#segments[index + 1]?.base ?? Infinity;
      const to = Math.min(stored, following);
      const from = Math.max(this.#position, segment.base + HEADER_BYTES);
      const { salt, base } = segment;
      const wholeFrom = this.#writtenFrom;
      const scratch = this.#scratch;
      const scan = new SegmentScan({ fd: this.#fdOf(segment), salt, base, from, to, wholeFrom, scratch });
      for (let record = scan.next(); record !== undefined; record = scan.next()) {
        const goOn = visit(record);
        this.#position = scan.end;
        if (!goOn) return;
      }
      // What is left up to the limit is damaged or unwritten: there is nothing to wait for.
      this.#position = to;
    }
  }

  close(): void {
    if (this.#open !== undefined) closeSync(this.#open.fd);
    this.#open = undefined;
  }

  /** The last segment that starts at or before the position; the first one when the position was dropped. */
  #indexAt(position: number): number {
    const index = this.#segments.findLastIndex((segment) => segment.base <= position);
    return Math.max(index, 0);
  }

  #fdOf(segment: Segment): number {
    if (this.#open?.segment.base === segment.base) return this.#open.fd;
    this.close();
    this.#open = { segment, fd: openSync(segment.path, "r") };
    return this.#open.fd;
  }
}
