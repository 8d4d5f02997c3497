import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { providersReference } from "./index.ts";

test("docs/reference/providers.md is what the table says; `npm run generate` writes it", () => {
  const page = readFileSync(new URL("../../docs/reference/providers.md", import.meta.url), "utf8");
  expect(page).toBe(providersReference());
});
