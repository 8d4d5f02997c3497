import { expect, test } from "vitest";
import { formatDuration, parseDurationMs } from "./duration.ts";

test.each([
  ["250ms", 250],
  ["10s", 10_000],
  ["1h30m", 5_400_000],
  ["1.5s", 1500],
  ["42", 42],
  ["2d", 172_800_000],
])("%s is %d ms", (text, expectedMs) => expect(parseDurationMs(text)).toBe(expectedMs));

test.each(["", "ten", "5 minutes", "-3s", "3x", "s"])("%j is no duration", (text) =>
  expect(parseDurationMs(text)).toBeUndefined(),
);

test.each([
  [0.25, "0.3 ms"],
  [850, "850 ms"],
  [1234, "1.2 s"],
  [180_000, "3 min"],
  [7_200_000, "2 h"],
  [432_000_000, "5 d"],
])("%d ms reads %s", (durationMs, text) => expect(formatDuration(durationMs)).toBe(text));
