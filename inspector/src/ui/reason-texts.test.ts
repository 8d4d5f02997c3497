import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REFUSAL_HINTS } from "../../../src/signature/refusal-hints.ts";
import { PROBLEMS } from "../../../src/ingress/problem.ts";
import { GERMAN_ADVICE } from "./german-advice.ts";
import { isReasonCode, reasonTexts } from "./reason-texts.ts";

const SRC = join(import.meta.dirname, "../../../src");
/** Answers that are no refusals (their events are stored), and a finding that says nothing new. */
const NO_REFUSALS = new Set(["as_reported", "flow_failed", "unauthorized", "not_found", "invalid_body", "replayed"]);

/** The codes that are written out in a folder's files. */
function codesIn(folder: string, pattern: RegExp): string[] {
  const files = readdirSync(join(SRC, folder)).filter((name) => name.endsWith(".ts") && !name.includes(".test."));
  return files.flatMap((name) =>
    [...readFileSync(join(SRC, folder, name), "utf8").matchAll(pattern)].map((match) => match[1] ?? ""),
  );
}

const CODES = new Set([
  ...Object.keys(REFUSAL_HINTS),
  ...Object.keys(PROBLEMS).map((name) => name.replaceAll("-", "_")),
  ...codesIn("ingress", /reason: "([a-z_]+)"/g),
  ...codesIn("ingress", /#probe\(request, "[a-z-]+", "([a-z_]+)"/g),
  ...codesIn("signature/forensics", /(?:reason: |\| )"([a-z_]+)"/g),
  // As the numbers of the traffic count what was refused for its body.
  "content",
  ...codesIn("payload", /PayloadFault\("([a-z_]+)"/g),
]);
for (const code of NO_REFUSALS) CODES.delete(code);

test("there are many", () => expect(CODES.size).toBeGreaterThan(50));

test.for([...CODES])("%s has a name in both languages, and advice in German", (code) => {
  expect(isReasonCode(code)).toBe(true);
  expect(reasonTexts.de).toHaveProperty([code], expect.stringMatching(/\p{L}/u));
  expect(GERMAN_ADVICE).toHaveProperty([code], expect.stringMatching(/\p{L}/u));
});

test("no text is left of a code that is gone", () => {
  expect(Object.keys(reasonTexts.en).filter((code) => !CODES.has(code))).toEqual([]);
});

test("the names of objects are no codes", () => {
  expect(["constructor", "__proto__", "toString"].filter(isReasonCode)).toEqual([]);
});
