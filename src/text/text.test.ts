import { expect, test } from "vitest";
import { codeFrame, diagnosticToJson, renderDiagnostic, Source } from "./index.ts";

const source = new Source("flows/a.ygtc", "name: a\nnodes:\n  - id: x\n    type: scirpt\n    next: y\n");
const at = source.text.indexOf("scirpt");
const span = { start: at, end: at + 6 };

test("offsets become lines and columns from 1", () => {
  expect(source.positionAt(0)).toEqual({ line: 1, column: 1 });
  expect(source.positionAt(at)).toEqual({ line: 4, column: 11 });
  expect(source.positionAt(10_000)).toEqual({ line: 6, column: 1 });
});

test("lines lose their break, also a Windows one", () => {
  expect(new Source("w", "a\r\nb").lineText(1)).toBe("a");
});

test("a frame marks the span and shows its neighbours", () => {
  expect(codeFrame(source, span)).toBe(
    [
      "  2 | nodes:",
      "  3 |   - id: x",
      "> 4 |     type: scirpt",
      "    |           ^^^^^^",
      "  5 |     next: y",
      "  6 |",
    ].join("\n"),
  );
});

test.each([
  ["in a long line, what is marked is in sight", "x".repeat(500), "wrong", "y".repeat(500)],
  ["also at its end", "x".repeat(500), "wrong", ""],
  ["also where the line is cut within characters", "💶".repeat(250), "wrong", "💶".repeat(250)],
  ["also where it begins just before the cut", "x".repeat(139), "wrong", "y".repeat(500)],
])("%s", (_what, before, word, behind) => {
  const long = new Source("flows/a.ygtc", `first\n${before}${word}${behind}\nlast`);
  const start = long.text.indexOf(word);
  const [, line = "", marks = ""] = codeFrame(long, { start, end: start + word.length }).split("\n");
  expect(Array.from(line).length).toBeLessThanOrEqual(170);
  expect(line).not.toMatch(/[\ud800-\udfff]/u);
  // Each of these characters of two units is two cells wide.
  const cells = Array.from(line).flatMap((char) => (char.length === 2 ? [char, ""] : [char]));
  expect(cells.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1).join("")).toBe(word);
});

test("a diagnostic says where, what and what to do", () => {
  const text = renderDiagnostic({
    level: "error",
    code: "unknown-node-type",
    message: 'There is no node type "scirpt".',
    source,
    span,
    hint: 'Did you mean "script"?',
  });
  expect(text.split("\n")[0]).toBe('flows/a.ygtc:4:11: error [unknown-node-type] There is no node type "scirpt".');
  expect(text.split("\n").at(-1)).toBe('  fix: Did you mean "script"?');
});

test("the JSON form names file, start and end", () => {
  expect(diagnosticToJson({ level: "warning", code: "c", message: "m", source, span })).toEqual({
    level: "warning",
    code: "c",
    message: "m",
    file: "flows/a.ygtc",
    start: { line: 4, column: 11 },
    end: { line: 4, column: 17 },
  });
});
