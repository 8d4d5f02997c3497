import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeProvider, listProviders, providersReference } from "./index.ts";

test("docs/reference/providers.md is what the table says; `npm run generate` writes it", () => {
  const page = readFileSync(new URL("../../docs/reference/providers.md", import.meta.url), "utf8");
  expect(page).toBe(providersReference());
});

test("no algorithm is told as a part of the place", () => {
  const told = [...listProviders()].map((provider) => describeProvider(provider));
  expect(told.filter(({ algorithm, place }) => place.includes(",") || /\([^)]*$/.test(algorithm))).toEqual([]);
  expect(told.find(({ id }) => id === "messagebird")).toMatchObject({
    algorithm: "token (HS256, HS384, HS512)",
    place: "MessageBird-Signature-JWT",
  });
});
