import { expect, test } from "vitest";
import { MOST_BYTES_PER_BYTE, weightOfJson } from "./json-weight.ts";

const weigh = (json: string): number => weightOfJson(Buffer.from(json));
const listOf = (item: (n: number) => string): string =>
  `[${Array.from({ length: 100_000 }, (_, n) => item(n)).join(",")}]`;

/** For each item, what V8 takes for it (measured), and no more than some three times of that. */
test.each([
  ["small numbers", () => "0", 8, 24],
  ["empty objects", () => "{}", 64, 65],
  ["empty lists", () => "[]", 40, 65],
  ["lists with an item", () => "[0]", 64, 65],
  ["fifty lists in one another", () => "[".repeat(50) + "]".repeat(50), 50 * 56, 50 * 57],
  ["objects with a key that all have", () => '{"a":0}', 40, 65],
  ["objects with keys of their own", (n: number) => `{"${n}":0}`, 184, 240],
  ["texts", (n: number) => `"text ${n}, with a [ and a {"`, 40, 100],
  ["texts beyond Latin-1", () => '"жжжжжжжж"', 40, 100],
  ["fractions", () => "1.5", 8, 25],
])("%s", (_what, item, least, most) => {
  const each = weigh(listOf(item)) / 100_000;
  expect(each).toBeGreaterThanOrEqual(least);
  expect(each).toBeLessThanOrEqual(most);
});

test("what stands in a text is no structure, also behind an escaped quote and where the text does not end", () => {
  expect(weigh(String.raw`"\"[[[[,,,,{{{{"`)).toBeLessThan(50);
  expect(weigh(String.raw`"[[[[\"`)).toBeLessThan(50);
  expect(weigh(String.raw`"[[[[` + "\\")).toBeLessThan(50);
});

test("a byte of JSON weighs at most the most that it may", () => {
  const nested = "[".repeat(500) + "]".repeat(500);
  for (const item of [nested, "{}", '"a"', "1.5", '{"":0}', '{"":[[]]}']) {
    const json = listOf(() => item);
    expect(weigh(json)).toBeLessThanOrEqual(MOST_BYTES_PER_BYTE * json.length);
  }
});
