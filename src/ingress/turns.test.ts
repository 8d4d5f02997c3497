import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a few go on at once, the others in the turns after, in order", async () => {
  const turns = new Turns(2);
  const done: number[] = [];
  for (let request = 0; request < 5; request++) {
    const wait = turns.next();
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
  void turns.next();
  const order: string[] = [];
  void turns.next()?.then(() => order.push("waited"));
  await turn();
  void turns.next()?.then(() => order.push("came later"));
  await turn();
  await turn();
  expect(order).toEqual(["waited", "came later"]);
});

test("after a quiet turn there is no waiting", async () => {
  const turns = new Turns(1);
  expect(turns.next()).toBeUndefined();
  await turn();
  await turn();
  expect(turns.next()).toBeUndefined();
});
