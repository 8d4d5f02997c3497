import fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines, foldSame } from "./line-diff.ts";

const short = (before: string, after: string) =>
  diffLines(before, after).map(({ kind, text }) => ({ same: " ", removed: "-", added: "+" })[kind] + text);

test("a changed line is one that went and one that came", () => {
  expect(short("{\na: 1\nb: 2\n}", "{\na: 1\nb: 3\nc: 4\n}")).toEqual([" {", " a: 1", "-b: 2", "+b: 3", "+c: 4", " }"]);
});

test("without the added lines it is the text before, without the removed ones the text after", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", "")).map((lines) => lines.join("\n"));
  const without = (before: string, after: string, kind: string) =>
    diffLines(before, after)
      .filter((line) => line.kind !== kind)
      .map((line) => line.text)
      .join("\n");
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(without(before, after, "added")).toBe(before);
      expect(without(before, after, "removed")).toBe(after);
    }),
  );
});

test("what is the same far from a change is counted, not shown", () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const changed = lines.with(15, "another line");
  const folded = foldSame(diffLines(lines.join("\n"), changed.join("\n")));
  expect(folded.map((line) => (line.kind === "folded" ? line.count : line.kind[0])).join(" ")).toBe(
    "12 s s s r a s s s 11",
  );
});

test("a change without an end is shown in part", () => {
  const folded = foldSame(diffLines("", Array.from({ length: 5_000 }, () => "x").join("\n")));
  expect(folded.length).toBeLessThan(1_100);
  expect(folded.at(-1)).toEqual({ kind: "folded", count: 4_000 });
});
