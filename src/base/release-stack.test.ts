import { expect, test } from "vitest";
import { ReleaseStack } from "./release-stack.ts";

test("releases run last in, first out, and once", async () => {
  const order: string[] = [];
  const stack = new ReleaseStack();
  stack.add(() => void order.push("first opened"));
  stack.add(async () => void order.push("last opened"));
  await Promise.all([stack[Symbol.asyncDispose](), stack[Symbol.asyncDispose]()]);
  expect(order).toEqual(["last opened", "first opened"]);
});

test("a failing release does not stop the others, and is reported", async () => {
  const order: string[] = [];
  const stack = new ReleaseStack();
  stack.add(() => void order.push("still released"));
  stack.add(() => Promise.reject(new Error("disk gone")));
  await expect(stack[Symbol.asyncDispose]()).rejects.toMatchObject({ errors: [{ message: "disk gone" }] });
  expect(order).toEqual(["still released"]);
});
