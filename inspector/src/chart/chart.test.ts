import fc from "fast-check";
import { expect, test } from "vitest";
import { columnX, plotArea, pointAt, valueY } from "./plot-area.ts";
import { timeTicks, valueTicks } from "./scale.ts";
import { linePath, lonePoints, stackBars } from "./stack-bars.ts";

const HOUR_MS = 3_600_000;

test("values have round ticks that reach above the greatest", () => {
  expect(valueTicks(87)).toEqual([0, 50, 100]);
  expect(valueTicks(0.3)).toEqual([0, 0.1, 0.2, 0.3]);
  expect(valueTicks(4)).toEqual([0, 1, 2, 3, 4]);
  expect(valueTicks(0)).toEqual([0, 1]);
  expect(valueTicks(1, true)).toEqual([0, 1]);
  expect(valueTicks(3, true)).toEqual([0, 1, 2, 3]);
});

test("there are a handful of ticks whatever the values", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (greatest) => {
      const ticks = valueTicks(greatest);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(greatest * (1 - 1e-9));
    }),
  );
});

test("times have ticks on the hours of the reader's clock", () => {
  const since = Date.UTC(2026, 10, 24, 9, 10);
  const india = 5.5 * HOUR_MS;
  const ticks = timeTicks(since, since + 6 * HOUR_MS, 6, india);
  expect(ticks.map((time) => new Date(time + india).toISOString().slice(11, 16))).toEqual([
    "15:00",
    "16:00",
    "17:00",
    "18:00",
    "19:00",
    "20:00",
  ]);
});

test("there are never more time ticks than there is room for", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 * 24 * HOUR_MS }), fc.integer({ min: 1, max: 12 }), (span, atMost) => {
      const since = Date.UTC(2026, 0, 1);
      const ticks = timeTicks(since, since + span, atMost, 0);
      expect(ticks.length).toBeLessThanOrEqual(atMost + 1);
      expect(ticks.every((time) => time >= since && time <= since + span)).toBe(true);
    }),
  );
});

test("bars stand on each other, and nothing is drawn for nothing", () => {
  expect(
    stackBars([
      [2, 0],
      [3, 1],
    ]),
  ).toEqual([
    { series: 0, point: 0, from: 0, to: 2 },
    { series: 1, point: 0, from: 2, to: 5 },
    { series: 1, point: 1, from: 0, to: 1 },
  ]);
});

test("a line has gaps where nothing was measured", () => {
  const x = (point: number): number => point * 10;
  const y = (value: number): number => value;
  expect(linePath([1, 2, null, 4], x, y)).toBe("M0.0,1.0L10.0,2.0M30.0,4.0");
  expect(lonePoints([1, 2, null, 4])).toEqual([{ point: 3, value: 4 }]);
});

test("the pointer finds the column it is over", () => {
  const area = plotArea(664, 60, 100);
  for (const point of [0, 17, 59]) expect(pointAt(area, columnX(area, point + 0.5))).toBe(point);
  expect(pointAt(area, -50)).toBe(0);
  expect(pointAt(area, 5000)).toBe(59);
  expect(valueY(area, 0) - valueY(area, 100)).toBe(area.height);
});
