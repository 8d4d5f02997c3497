import { expect, test } from "vitest";
import { byteSize, duration, timeAgo } from "./format.ts";
import { preferredLanguage } from "./i18n.tsx";

const NOON = Date.parse("2026-11-24T12:00:00Z");
const before = (ms: number): string => new Date(NOON - ms).toISOString();

test("a time is told as how long ago it was", () => {
  expect(timeAgo(before(300), NOON, "en")).toBe("now");
  expect(timeAgo(before(12_900), NOON, "en")).toBe("12 s ago");
  expect(timeAgo(before(3 * 3_600_000), NOON, "de")).toBe("vor 3 Std.");
  expect(timeAgo(before(1_500 * 86_400_000), NOON, "en")).toBe("1,500 d ago");
  expect(timeAgo(before(-5_000), NOON, "en")).toBe("in 5 s");
});

test("durations choose the unit that reads best", () => {
  expect(duration(0.34, "en")).toBe("340 µs");
  expect(duration(12.44, "de")).toBe("12,4 ms");
  expect(duration(3_200, "en")).toBe("3.20 s");
  expect(duration(125_000, "en")).toBe("2 min 5 s");
});

test("sizes are decimal", () => {
  expect(byteSize(812, "en")).toBe("812 B");
  expect(byteSize(8_012, "de")).toBe("8,0 kB");
  expect(byteSize(1_300_000, "en")).toBe("1.3 MB");
});

test("the browser's first language that the page has is taken", () => {
  expect(preferredLanguage(["fr-FR", "de-AT", "en"])).toBe("de");
  expect(preferredLanguage(["fr"])).toBe("en");
});
