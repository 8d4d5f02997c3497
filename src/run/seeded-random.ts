import { createHash } from "node:crypto";

/**
 * Numbers in [0, 1) that are the same for every try of one run: a step that is tried again draws what it drew before.
 * The generator is Marsaglia's xorshift32 (2003), seeded from the run's id; it is not for secrets.
 */
export function seededRandom(seed: string): () => number {
  let state: number | undefined;
  return () => {
    state ??= createHash("sha256").update(seed).digest().readUInt32LE() || 1;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}
