/**
 * The pieces of a body as they arrive, put together where they are small. Each piece is a buffer of its own, and a buffer
 * takes some 250 bytes beside its content: of a body in chunks of one byte, which anybody can send before anything is
 * verified, the pieces alone would take gigabytes.
 *
 * Invariant: what is kept is at most about twice what was added, and 4 KiB.
 */

/** Pieces at least so large are kept as they came. */
const LARGE_BYTES = 4 * 1024;
const MOST_BLOCK_BYTES = 64 * 1024;

export class BodyPieces {
  readonly #pieces: Buffer[] = [];
  /** The first piece, as it came: most bodies have no other. */
  #first: Buffer | undefined;
  /** Where small pieces are gathered until it is full. */
  #block = NO_BLOCK;
  #used = 0;
  #bytes = 0;

  /** Takes the next piece. */
  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#bytes += piece.length;
    if (this.#first === undefined) {
      this.#first = piece;
      return;
    }
    if (this.#bytes === this.#first.length + piece.length) this.#keep(this.#first);
    this.#keep(piece);
  }

  /** The whole body. */
  whole(): Buffer {
    if (this.#first === undefined) return NO_BLOCK;
    if (this.#bytes === this.#first.length) return this.#first;
    this.#endBlock();
    return Buffer.concat(this.#pieces, this.#bytes);
  }

  #keep(piece: Buffer): void {
    if (piece.length >= LARGE_BYTES) {
      this.#endBlock();
      this.#pieces.push(piece);
      return;
    }
    if (this.#used + piece.length > this.#block.length) {
      this.#endBlock();
      // As large as what is there: a sender of few bytes takes little, and one of many does not take many blocks.
      this.#block = Buffer.allocUnsafeSlow(Math.min(MOST_BLOCK_BYTES, Math.max(LARGE_BYTES, this.#bytes)));
    }
    this.#used += piece.copy(this.#block, this.#used);
  }

  #endBlock(): void {
    const block = this.#block.subarray(0, this.#used);
    if (block.length > 0) this.#pieces.push(block.length * 2 < this.#block.length ? Buffer.from(block) : block);
    this.#block = NO_BLOCK;
    this.#used = 0;
  }
}

const NO_BLOCK = Buffer.alloc(0);
