import fc from "fast-check";
import { expect, test } from "vitest";
import { withLineEnds } from "./line-ends.ts";

/** As a text field gives it back. */
const field = (text: string): string => text.replaceAll(/\r\n?/g, "\n");

test.each([
  ["--b\r\n\r\nold\r\n--b--\r\n", "old", "new", "--b\r\n\r\nnew\r\n--b--\r\n"],
  ["MSH|1\rPID|2\r", "PID|2", "PID|2\nOBX|3", "MSH|1\rPID|2\rOBX|3\r"],
  ["a\nb\r\nc", "a", "A", "A\nb\r\nc"],
  ["a\nb", "b", "b\nc", "a\nb\nc"],
  ["\ra\n", "a", "", "\r\r"],
])("%j with %j for %j", (original, old, now, wanted) => {
  expect(withLineEnds(original, field(original).replace(old, now))).toBe(wanted);
});

test("what was not edited is as it was, and what was edited reads as it was typed", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\r", "\n", "\r\n") });
  fc.assert(
    fc.property(text, text, (original, typed) => {
      expect(withLineEnds(original, field(original))).toBe(original);
      expect(withLineEnds(original, original)).toBe(original);
      const sent = withLineEnds(original, field(typed));
      expect(field(sent)).toBe(field(typed));
    }),
    { numRuns: 2000 },
  );
});
