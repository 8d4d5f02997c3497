import { expect, test } from "vitest";
import { RecordArena } from "./record-arena.ts";
import { MAX_BODY_BYTES, MAX_META_BYTES, RECORD_EVENT, RECORD_FACTS } from "./record-format.ts";

// What no reader takes for a record would be acknowledged, and gone.
test("a record that could not be read again is not written", () => {
  const arena = new RecordArena(1);
  const body = Buffer.alloc(MAX_BODY_BYTES + 1);
  expect(() => arena.encode(RECORD_EVENT, "{}", body)).toThrow("a record's body of 1073741825 bytes is more than");
  const meta = "x".repeat(MAX_META_BYTES + 1);
  expect(() => arena.encode(RECORD_FACTS, meta, Buffer.alloc(0))).toThrow("a record's meta of 268435457 bytes");
  expect(arena.encode(RECORD_FACTS, "[]", Buffer.alloc(0)).bytes).toBeGreaterThan(0);
});
