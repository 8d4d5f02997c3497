import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { crc32c } from "@node-rs/crc32";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RangeSums } from "./range-sums.ts";
import { testFolder } from "./test-folder.contract.ts";

const BYTES = 600_000;
const ORIGIN = 777;

test("the sum of any stretch is what the checksum of its bytes is, whatever it begins with", () => {
  using folder = testFolder();
  const bytes = randomBytes(BYTES);
  const path = join(folder.path, "file");
  writeFileSync(path, bytes);
  const fd = openSync(path, "r");
  try {
    const sums = new RangeSums(fd, ORIGIN);
    const offset = fc.integer({ min: ORIGIN, max: BYTES });
    fc.assert(
      fc.property(offset, offset, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (one, other, start) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        expect(sums.crcOf(from, to, start)).toBe(crc32c(bytes.subarray(from, to), start));
      }),
      { numRuns: 300 },
    );
    expect(sums.crcOf(BYTES - 1, BYTES + 1, 0)).toBeUndefined();
    expect(sums.crcOf(ORIGIN, BYTES + 5000, 0)).toBeUndefined();
  } finally {
    closeSync(fd);
  }
});
