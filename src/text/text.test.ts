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
