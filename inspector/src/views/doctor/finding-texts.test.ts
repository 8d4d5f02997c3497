import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findingTexts, GERMAN_FIX, isKnownCheck } from "./finding-texts.ts";

const SRC = join(import.meta.dirname, "../../../../src");

/** The checks that doctor's files name. Faults in files have codes of their own, of which there are many. */
const CHECKS = new Set(
  ["cli", "setup"].flatMap((folder) =>
    readdirSync(join(SRC, folder))
      .filter((name) => /^(?:doctor|examine).*(?<!\.test)\.ts$/.test(name))
      .flatMap((name) => [
        ...readFileSync(join(SRC, folder, name), "utf8").matchAll(/(?:check: |attempt\(\s*findings,\s*)"([a-z-]+)"/g),
      ])
      .map((match) => match[1] ?? ""),
  ),
);

test("there are many", () => expect(CHECKS.size).toBeGreaterThan(15));

test.for([...CHECKS])("%s has a name in both languages, and advice in German", (check) => {
  expect(isKnownCheck(check)).toBe(true);
  expect(findingTexts.de).toHaveProperty([check], expect.stringMatching(/\p{L}/u));
  expect(GERMAN_FIX).toHaveProperty([check], expect.stringMatching(/\p{L}/u));
});

test("no text is left of a check that is gone", () => {
  expect(Object.keys(findingTexts.en).filter((check) => !CHECKS.has(check))).toEqual([]);
});

test("the codes of faults in files, and names that objects have, are no checks", () => {
  expect(["unknown-key", "constructor", "__proto__"].filter(isKnownCheck)).toEqual([]);
});
