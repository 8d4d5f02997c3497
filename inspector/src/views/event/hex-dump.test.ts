import { expect, test } from "vitest";
import { hexDump } from "./hex-dump.ts";

test("a line tells its offset, its bytes and what of them can be read", () => {
  const hex = Buffer.from("GET / HTTP\r\n\0 and more").toString("hex");
  expect(hexDump(hex)).toBe(
    [
      "000000  47 45 54 20 2f 20 48 54 54 50 0d 0a 00 20 61 6e  GET / HTTP... an",
      "000010  64 20 6d 6f 72 65                                d more",
    ].join("\n"),
  );
});
