import { expect, test } from "vitest";
import { MOST_BYTES_PER_BYTE, weightOfJson } from "./json-weight.ts";

const weigh = (json: string): number => weightOfJson(Buffer.from(json));
const listOf = (item: (n: number) => string): string =>
  `[${Array.from({ length: 100_000 }, (_, n) => item(n)).join(",")}]`;

function orderOfItsOwn(n: number): string {
  const keys = [0, 6, 12, 18].map(
    (bits) => `"${String.fromCharCode(0x100 + (((n * 0x9e3779b1) >>> bits) % 64))}${bits}":0`,
  );
  return `{${keys.join(",")}}`;
}

/** For each item, what V8 takes for it (measured), and no more than some three times of that. */
test.each([
  ["small numbers", () => "0", 8, 24],
  ["empty objects", () => "{}", 64, 65],
  ["empty lists", () => "[]", 40, 65],
  ["lists with an item", () => "[0]", 64, 65],
  ["fifty lists in one another", () => "[".repeat(50) + "]".repeat(50), 50 * 56, 50 * 57],
  ["objects with a key that all have", () => '{"a":0}', 40, 65],
  ["objects with keys of their own", (n: number) => `{"k${n}":0}`, 184, 240],
  ["the same with white space", (n: number) => `{"k${n}" :0}`, 184, 240],
  ["objects with the same keys in an order of their own", (n: number) => orderOfItsOwn(n), 340, 1000],
  ["objects with an index for a key", () => '{"999":0}', 208, 600],
  ["objects with an index of two digits", () => '{"30":0}', 260, 600],
  ["objects with an escaped index", () => String.raw`{"\u0039\u0039":0}`, 208, 600],
  ["texts", (n: number) => `"text ${n}, with a [ and a {"`, 40, 100],
  ["texts beyond Latin-1", () => '"жжжжжжжж"', 40, 100],
  ["fractions", () => "1.5", 8, 25],
  ["fractions of many digits", () => "0.12345678901234567", 8, 25],
  ["numbers with an exponent", () => "9e9", 24, 25],
  ["negative zeros", () => "-0", 24, 25],
  ["numbers beyond 2^31", () => "9999999999", 24, 25],
  ["integers that are kept exactly", () => "12345678901234567890", 190, 260],
])("%s", (_what, item, least, most) => {
  const each = weigh(listOf(item)) / 100_000;
  expect(each).toBeGreaterThanOrEqual(least);
  expect(each).toBeLessThanOrEqual(most);
});

test("an object with many keys has a table of its own for them", () => {
  const object = `{${Array.from({ length: 400 }, (_, n) => `"${n}x":0`).join(",")}}`;
  const each = weigh(`[${`${object},`.repeat(1000)}0]`) / 1000;
  expect(each).toBeGreaterThanOrEqual(16_000);
  expect(each).toBeLessThanOrEqual(48_000);
});

test("what stands in a text is no structure, also behind an escaped quote and where the text does not end", () => {
  expect(weigh(String.raw`"\"[[[[,,,,{{{{"`)).toBeLessThan(50);
  expect(weigh(String.raw`"[[[[\"`)).toBeLessThan(50);
  expect(weigh(String.raw`"[[[[` + "\\")).toBeLessThan(50);
});

test("a byte of JSON weighs at most the most that it may", () => {
  const nested = "[".repeat(500) + "]".repeat(500);
  const indices = '{"9":'.repeat(500) + "0" + "}".repeat(500);
  const integers = "9999999999999999";
  for (const item of [nested, indices, "{}", '"a"', "1.5", "-0", integers, '{"":0}', '{"":[[]]}']) {
    const json = listOf(() => item).slice(0, 5_000_000);
    expect(weigh(json)).toBeLessThanOrEqual(MOST_BYTES_PER_BYTE * json.length);
  }
});
