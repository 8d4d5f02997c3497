import { expect, test } from "vitest";
import { placeOf, sortFindings } from "./finding-place.ts";

const finding = (level: "ok" | "note" | "warning" | "error", check: string) => ({
  level,
  check,
  where: "",
  message: check,
  fix: null,
  frame: null,
});

test("the worst findings come first, those of a level as they were found", () => {
  const findings = [finding("note", "a"), finding("error", "b"), finding("ok", "c"), finding("error", "d")];
  expect(sortFindings(findings).map(({ check }) => check)).toEqual(["b", "d", "a", "c"]);
});

test.each([
  ["refused-request", "/refused"],
  ["bad-event-type", "/flows"],
  ["hidden-flow", "/flows"],
  ["weak-secret", "/sources"],
  ["unsigned-event-type", "/sources"],
  ["public-url", "/sources"],
])("a finding of %s leads to %s", (check, to) => {
  expect(placeOf({ check, where: "" })?.to).toBe(to);
});

test("a finding in a flow leads to that flow, one about a source's refusals to those", () => {
  const placeAt = (check: string, where: string) => placeOf({ check, where })?.to;
  expect(placeAt("bad-event-type", "flows/new orders.ygtc:2:3")).toBe("/flows/new%20orders");
  expect(placeAt("refused-request", "demo/github")).toBe("/refused?tenant=demo&type=github");
  expect(placeAt("refused-request", "tenant demo")).toBe("/refused");
});

test("a finding about the machine leads nowhere in the page", () => {
  expect(placeOf({ check: "disk-space", where: "demo/github" })).toBeUndefined();
});
