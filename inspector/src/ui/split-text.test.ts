import fc from "fast-check";
import { expect, test } from "vitest";
import { splitText } from "./split-text.ts";

test("the parts are the text, and none is much longer than the others", () => {
  const line = fc.string({ maxLength: 30_000, size: "max" });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const text = lines.join("\n");
      const parts = splitText(text);
      expect(parts.join("")).toBe(text);
      for (const part of parts) expect(part.length).toBeLessThanOrEqual(16_385);
    }),
    { numRuns: 30 },
  );
});

test("parts end with a line where there is one", () => {
  const parts = splitText("a line of text\n".repeat(5_000));
  expect(parts.length).toBeGreaterThan(3);
  for (const part of parts) expect(part.endsWith("\n")).toBe(true);
});
