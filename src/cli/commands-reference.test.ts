import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configurationPage } from "../config/index.ts";
import { commandsPage } from "./commands-reference.ts";

test("docs/reference/cli.md has every command and option; `npm run generate` writes it", async () => {
  const page = readFileSync(new URL("../../docs/reference/cli.md", import.meta.url), "utf8");
  expect(page).toBe(await commandsPage());
});

test("docs/reference/configuration.md has every setting; `npm run generate` writes it", () => {
  const page = readFileSync(new URL("../../docs/reference/configuration.md", import.meta.url), "utf8");
  expect(page).toBe(configurationPage());
});
