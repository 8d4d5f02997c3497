import { expect, test } from "vitest";
import type { FieldValue } from "../../../../src/admin/contract/index.ts";
import { changedPairs, pairsOf, withOneMore } from "./edited-pairs.ts";

const FIELDS: readonly FieldValue[] = [
  { name: "accept", masked: false, value: "*/*" },
  { name: "authorization", masked: true, length: 20 },
];

test("what was not changed is not asked for", () => {
  expect(changedPairs("headers", FIELDS, pairsOf("headers", FIELDS))).toEqual({});
  expect(changedPairs("query", [], withOneMore([]))).toEqual({});
});

test("a masked value stays the event's own while another is changed", () => {
  const [first, second] = pairsOf("headers", FIELDS);
  expect(first && second && changedPairs("headers", FIELDS, [{ ...first, value: "text/html" }, second])).toEqual({
    headers: [
      ["accept", "text/html"],
      ["authorization", null],
    ],
  });
});

test("what was taken away is gone, also all of it", () => {
  expect(changedPairs("headers", FIELDS, pairsOf("headers", FIELDS).slice(1))).toEqual({
    headers: [["authorization", null]],
  });
  expect(changedPairs("query", FIELDS, [])).toEqual({ query: [] });
});

test("of two masked values of one name, the one that is left is asked for", () => {
  const fields = [7, 9].map((length) => ({ name: "cookie", masked: true as const, length }));
  const asked = (pairs: ReturnType<typeof pairsOf>) => changedPairs("headers", fields, pairs);
  expect(asked(pairsOf("headers", fields))).toEqual({});
  expect(asked(pairsOf("headers", fields).slice(1))).toEqual({ headers: [["cookie", null, 1]] });
  expect(asked(pairsOf("headers", fields).slice(0, 1))).toEqual({ headers: [["cookie", null, 0]] });
});

test("each new pair has a key of its own", () => {
  const keys = withOneMore(withOneMore(pairsOf("headers", FIELDS))).map(({ key }) => key);
  expect(new Set(keys).size).toBe(4);
});

test("a parameter that is called like a header of the connection stays, the header goes", () => {
  const fields = ["host", "shop"].map((name) => ({ name, masked: false as const, value: "north" }));
  expect(pairsOf("headers", fields).map(({ name }) => name)).toEqual(["shop"]);
  const pairs = pairsOf("query", fields).map((pair) => (pair.name === "shop" ? { ...pair, value: "south" } : pair));
  expect(changedPairs("query", fields, pairs)).toEqual({
    query: [
      ["host", "north"],
      ["shop", "south"],
    ],
  });
});
