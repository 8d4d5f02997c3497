import { expect, test } from "vitest";
import { maskHeaders, maskPayload, maskQuery, maskTarget, valueAt } from "./masking.ts";

const RULES = { signatureHeaders: new Set(["x-shop-mac"]), paths: [] };

test("credentials, cookies and signatures are masked; what tells what happened is not", () => {
  const names = [
    "authorization",
    "cookie",
    "x-hub-signature-256",
    "stripe-signature",
    "x-shop-mac",
    "x-gitlab-token",
    "x-github-event",
    "content-type",
    "x-design",
  ];
  const shown = maskHeaders(
    names.map((name) => [name, "value"] as const),
    RULES,
  );
  expect(shown.filter(({ masked }) => !masked).map(({ name }) => name)).toEqual([
    "x-github-event",
    "content-type",
    "x-design",
  ]);
  expect(shown[0]).toEqual({ name: "authorization", masked: true, length: 5 });
});

test("secrets in the query are masked, in the list and in the target", () => {
  const target = "/events/webhook/demo/x?page=2&access_token=abc&key=1&monkey=2";
  expect(maskQuery(target).map(({ name, masked }) => [name, masked])).toEqual([
    ["page", false],
    ["access_token", true],
    ["key", true],
    ["monkey", false],
  ]);
  expect(maskTarget(target)).toBe("/events/webhook/demo/x?page=2&access_token=•••&key=•••&monkey=2");
  expect(maskTarget("/events/webhook/demo/x?page=2")).toBe("/events/webhook/demo/x?page=2");
});

const PAYLOAD = {
  card: { number: "4242", brand: "visa" },
  items: [{ email: "a@b.c" }, { email: "d@e.f" }],
  id: 9007199254740993n,
};

test.each([
  ["$.card.number", { ...PAYLOAD, card: { number: "•••", brand: "visa" } }],
  ["$.items[*].email", { ...PAYLOAD, items: [{ email: "•••" }, { email: "•••" }] }],
  ["$.items[1].email", { ...PAYLOAD, items: [{ email: "a@b.c" }, { email: "•••" }] }],
  ["$.card", { ...PAYLOAD, card: "•••" }],
])("%s is blotted out", (path, payload) => expect(maskPayload(PAYLOAD, [path])).toEqual({ payload, masked: [path] }));

test("paths that find nothing, or are none, change nothing", () => {
  const paths = ["$.nothing.here", "$.id.x", "card.number", "$", "$..x", "$.__proto__.x"];
  expect(maskPayload(PAYLOAD, paths)).toEqual({ payload: PAYLOAD, masked: [] });
});

test("one value is revealed as text; integers keep their digits", () => {
  expect(valueAt(PAYLOAD, "$.card.number")).toBe("4242");
  expect(valueAt(PAYLOAD, "$.id")).toBe("9007199254740993");
  expect(valueAt(PAYLOAD, "$.items[*].email")).toBe('["a@b.c","d@e.f"]');
  expect(valueAt(PAYLOAD, "$.card.cvc")).toBeUndefined();
});
