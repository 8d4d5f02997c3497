import fc from "fast-check";
import { expect, test } from "vitest";
import { WaitingLine } from "./waiting-line.ts";

test("a line gives what an array gives, however long it becomes", () => {
  const call = fc.record({
    what: fc.constantFrom("add", "add first", "shift"),
    times: fc.integer({ min: 1, max: 1500 }),
  });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 12 }), (calls) => {
      const line = new WaitingLine<number>();
      const array: number[] = [];
      let next = 0;
      for (const { what, times } of calls) {
        for (let time = 0; time < times; time++) {
          if (what === "shift") {
            expect(line.shift()).toBe(array.shift());
            continue;
          }
          line.add(next, what === "add first");
          if (what === "add first") array.unshift(next);
          else array.push(next);
          next += 1;
        }
      }
      while (array.length > 0) expect(line.shift()).toBe(array.shift());
      expect(line.shift()).toBeUndefined();
    }),
  );
});
