import { expect, test } from "vitest";
import { outputFromJson, outputFromValue } from "../nodes/index.ts";
import { NoRoomForValues, ValueRoom } from "./value-room.ts";

/** As values some 60 bytes, as far as it is known without a look 1,700. */
const TEXT = `"${"x".repeat(34)}"`;

test("a value is made where there is room for it, and counts once however often it is read", () => {
  const room = new ValueRoom(1500);
  const output = room.guard(outputFromJson(TEXT));
  expect([output.value, output.value, output.value]).toEqual(Array(3).fill("x".repeat(34)));
  expect(room.left).toBeGreaterThan(400);
});

test("values are weighed before one is refused: many that are small fit where each alone might be large", () => {
  const room = new ValueRoom(1500);
  for (let n = 0; n < 20; n++) expect(room.guard(outputFromJson(TEXT)).value).toBe("x".repeat(34));
  expect(room.left).toBeLessThan(400);
});

test("one that does not fit is refused each time, and what is smaller still fits", () => {
  const room = new ValueRoom(1500);
  const large = room.guard(outputFromValue(Array.from({ length: 30 }, () => [])));
  for (let n = 0; n < 2; n++) expect(() => large.value).toThrow(NoRoomForValues);
  expect(large.json).toBe(`[${Array<string>(30).fill("[]").join(",")}]`);
  expect(room.guard(outputFromJson(TEXT)).value).toBe("x".repeat(34));
});

test("the refusal says how much it is and what to do", () => {
  const room = new ValueRoom(3 * 1024 * 1024);
  expect(room.guard(outputFromJson(`[${"[],".repeat(40_000)}1]`)).value).toHaveLength(40_001);
  expect(() => room.guard(outputFromJson(`[${"[],".repeat(40_000)}1]`)).value).toThrow(
    "The values of a payload or output would take about 3 MiB of memory beside 3 MiB of others; a run has 3 MiB for them, half of `runner_memory_mb`. Raise it and replay the event.",
  );
});

test("what is left for a script is no guess: what was read before it counts as what it takes", () => {
  const room = new ValueRoom(100 * TEXT.length);
  expect(room.guard(outputFromJson(TEXT)).value).toBe("x".repeat(34));
  expect(room.left).toBeGreaterThan(97 * TEXT.length);
});
