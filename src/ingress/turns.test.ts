import { expect, test } from "vitest";
import { newLane, Turns } from "./turns.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a few go on at once, the others in the turns after, in order", async () => {
  const turns = new Turns(2);
  const done: number[] = [];
  for (let request = 0; request < 5; request++) {
    const wait = turns.next(newLane());
    if (wait === undefined) done.push(request);
    else void wait.then(() => done.push(request));
  }
  expect(done).toEqual([0, 1]);
  await turn();
  expect(done).toEqual([0, 1, 2, 3]);
  await turn();
  expect(done).toEqual([0, 1, 2, 3, 4]);
});

test("who comes later does not overtake who waits", async () => {
  const turns = new Turns(1);
  void turns.next(newLane());
  const order: string[] = [];
  void turns.next(newLane())?.then(() => order.push("waited"));
  await turn();
  void turns.next(newLane())?.then(() => order.push("came later"));
  await turn();
  await turn();
  expect(order).toEqual(["waited", "came later"]);
});

test("after a quiet turn there is no waiting", async () => {
  const turns = new Turns(1);
  expect(turns.next(newLane())).toBeUndefined();
  await turn();
  await turn();
  expect(turns.next(newLane())).toBeUndefined();
});

test("a connection that sends many requests at once keeps its order, and others wait for a few of them only", async () => {
  const turns = new Turns(4);
  const many = newLane();
  const order: string[] = [];
  for (let request = 0; request < 40; request++) {
    const go = (): number => order.push(`many ${request}`);
    const wait = turns.next(many);
    if (wait === undefined) go();
    else void wait.then(go);
  }
  void turns.next(newLane())?.then(() => order.push("other"));
  for (let count = 0; count < 12; count++) await turn();
  expect(order.filter((name) => name !== "other")).toEqual(Array.from({ length: 40 }, (_, n) => `many ${n}`));
  // Four went on at once, and eight were in line.
  expect(order.indexOf("other")).toBe(12);
});
