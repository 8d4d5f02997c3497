import fc from "fast-check";
import { expect, test } from "vitest";
import { codeFrame, renderDiagnostic, Source, visible, visibleJson, visibleLines } from "./index.ts";

/** Everything that a terminal would obey, and what is dear to those who hide something. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/;

test.each([
  ["a title set in passing", "\u001b]0;owned\u0007", String.raw`\u001b]0;owned\u0007`],
  ["a line that overwrites the one before", "fine\r\u001b[2Kowned", String.raw`fine\r\u001b[2Kowned`],
  ["a sequence in its eight-bit form", "\u009b31m", String.raw`\u009b31m`],
  ["a line of its own", "a\n✓ fine", String.raw`a\n✓ fine`],
  ["text that is read backwards", "\u202egpj.exe", String.raw`\u202egpj.exe`],
  ["half of a pair", "\ud83d!", String.raw`\ud83d!`],
])("%s is shown, not done", (_what, text, shown) => {
  expect(visible(text)).toBe(shown);
});

test("what is only text stays as it is", () => {
  const text = "Grüße, 世界 👩‍👩‍👧 – a \\u001b that is written out";
  expect(visible(text)).toBe(text);
});

test("lines that are meant stay lines", () => {
  expect(visibleLines("one\r\ntwo\u001b[1A\n\rthree")).toBe("one\ntwo\\u001b[1A\n\\rthree");
});

test("JSON stays the same JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
      for (const indent of [undefined, 2]) {
        const json = visibleJson(JSON.stringify({ value, text }, undefined, indent));
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })));
        expect(json).not.toMatch(UNSEEN);
      }
    }),
  );
});

test("a frame counts cells: of wide letters, of marks that take none, and of what is written out", () => {
  for (const before of ["世界", "e\u0301", "\u001b[31m", "\t", "👍"]) {
    const source = new Source("f", `${before}wrong`);
    const [line = "", carets = ""] = codeFrame(source, { start: before.length, end: source.text.length }).split("\n");
    const widths: Record<string, number> = { 世界: 4, "e\u0301": 1, "\u001b[31m": 10, "\t": 2, "👍": 2 };
    expect([line.endsWith("wrong"), carets]).toEqual([true, `    | ${" ".repeat(widths[before] ?? -1)}^^^^^`]);
  }
});

/** Letters of one cell, and everything that must not be seen. */
const piece = fc.oneof(
  fc.constantFrom("a", "ü", "{", " ", "\t", "\u001b", "\u009b", "\r", "\u0000", "\u202e", "\u2028", "\u007f"),
  fc.stringMatching(/^[a-z]{1,12}$/),
);
const pieces = fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(""));

test("whatever a file holds, its frame has nothing in it that a terminal obeys, and the carets stand under the span", () => {
  fc.assert(
    fc.property(pieces, pieces, pieces, pieces, (name, before, marked, after) => {
      const source = new Source(name, `first\n${before}${marked}x${after}\nlast\u001b[2J`);
      const span = { start: 6 + before.length, end: 6 + before.length + marked.length + 1 };
      const diagnostic = { level: "error", code: "c", message: marked, hint: after, source, span } as const;
      const text = renderDiagnostic(diagnostic);
      expect(text).not.toMatch(UNSEEN);
      expect(text).not.toContain("\t");
      fc.pre(before.length + marked.length < 150);
      const [, , line = "", carets = ""] = text.split("\n");
      const from = carets.indexOf("^");
      const shown = visible(`${marked}x`.replaceAll("\t", "  "));
      expect(line.slice(from, from + carets.lastIndexOf("^") - from + 1)).toBe(shown);
    }),
  );
});
