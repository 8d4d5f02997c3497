import fc from "fast-check";
import { expect, test } from "vitest";
import { WaitingLine } from "./waiting-line.ts";

const call = fc.record({
  what: fc.constantFrom("add", "add first", "shift"),
  times: fc.integer({ min: 1, max: 1500 }),
});

test("a line gives what an array gives, however long it becomes", () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 12 }), (calls) => {
      const line = new WaitingLine<number>();
      const array: number[] = [];
      const ofLine: (number | undefined)[] = [];
      const ofArray: (number | undefined)[] = [];
      const shift = (): void => {
        ofLine.push(line.shift());
        ofArray.push(array.shift());
      };
      const add = (item: number, isFirst: boolean): void => {
        line.add(item, isFirst);
        if (isFirst) array.unshift(item);
        else array.push(item);
      };
      for (const [place, { what, times }] of calls.entries()) {
        for (let time = 0; time < times; time++) {
          if (what === "shift") shift();
          else add(place * 10_000 + time, what === "add first");
        }
      }
      for (let left = array.length; left >= 0; left--) shift();
      expect(ofLine).toEqual(ofArray);
    }),
  );
});
