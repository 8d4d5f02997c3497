/** The page as it is built: within its budget, and fetched with what the policy allows. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const BUILT = fileURLToPath(new URL("../../dist/inspector", import.meta.url));
const names = readdirSync(BUILT, { recursive: true, encoding: "utf8" });

test("the whole page, every view of it, is under 300 KB compressed", () => {
  const compressed = names.filter((name) => name.endsWith(".br")).map((name) => statSync(join(BUILT, name)).size);
  expect(compressed.length).toBeGreaterThan(10);
  expect(compressed.reduce((sum, size) => sum + size, 0)).toBeLessThan(300_000);
});

test("the document has no script or style of its own, which the policy would refuse", () => {
  const html = readFileSync(join(BUILT, "index.html"), "utf8");
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=")/);
});
