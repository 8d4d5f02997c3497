import fc from "fast-check";
import { expect, test } from "vitest";
import { visibleText } from "./visible-text.ts";

test("what would be unseen or turn the reading order around is spelled out", () => {
  expect(visibleText("pay\u202e321\u202c to\u0000 Ada\u200b")).toBe("pay\\u202e321\\u202c to\\u0000 Ada\\u200b");
});

test("lines, tabs, letters of all scripts and emoji stay as they are", () => {
  for (const text of ["a\n\tb", "שלום", "مرحبا", "日本語", "Grüße", "👩🏽‍🚀"]) expect(visibleText(text)).toBe(text);
});

test("the text of a JSON value says the same before and after", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff)), (units) => {
      const text = String.fromCharCode(...units);
      expect(JSON.parse(visibleText(JSON.stringify(text)))).toBe(text);
    }),
  );
});
