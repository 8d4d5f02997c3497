/** Every text of the page in both languages; the compiler asks for the same keys, this sees what is in them. */
import { readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";
import { expect, test } from "vitest";

const SRC = fileURLToPath(new URL("..", import.meta.url));
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("texts.ts"));

interface Dictionary {
  readonly en: unknown;
  readonly de: unknown;
}

async function dictionariesOf(file: string): Promise<readonly Dictionary[]> {
  const module = (await import(pathToFileURL(join(SRC, file)).href)) as Record<string, Dictionary>;
  return Object.values(module).filter((value) => typeof value === "object" && "en" in value && "de" in value);
}

/** The keys of all texts, and how many parameters each takes. */
function shapeOf(texts: unknown, path = ""): readonly string[] {
  if (typeof texts === "function") return [`${path}(${texts.length})`];
  if (typeof texts === "string") return [texts.trim() === "" ? `${path} is empty` : path];
  return Object.entries(texts as object).flatMap(([key, value]) => shapeOf(value, `${path}.${key}`));
}

test.for(files)("%s says the same in English and German", async (file) => {
  const dictionaries = await dictionariesOf(file);
  expect(dictionaries.length).toBeGreaterThan(0);
  for (const { en, de } of dictionaries) {
    expect(shapeOf(de)).toEqual(shapeOf(en));
    expect(shapeOf(en).filter((key) => key.endsWith("is empty"))).toEqual([]);
  }
});
