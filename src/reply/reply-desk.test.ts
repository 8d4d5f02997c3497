import { expect, test } from "vitest";
import { ReplyDesk } from "./index.ts";

const ANSWER = { status: 200, headers: {}, body: "ok" };
const NEVER_MS = 60_000;

test("the first answer wins, the second finds nobody waiting", async () => {
  const desk = new ReplyDesk();
  const reply = desk.expect("event", ["a", "b"], NEVER_MS);
  expect(desk.answer("event", ANSWER)).toBe(true);
  expect(desk.answer("event", { ...ANSWER, status: 500 })).toBe(false);
  expect(await reply).toEqual({ kind: "answer", answer: ANSWER });
});

test("the deadline settles a request whose flow takes too long", async () => {
  const desk = new ReplyDesk();
  expect(await desk.expect("event", ["a"], 1)).toEqual({ kind: "deadline" });
  expect(desk.answer("event", ANSWER)).toBe(false);
});

test("a deadline beyond what a timer can wait is none that is over at once", async () => {
  const desk = new ReplyDesk();
  const reply = desk.expect("event", ["a"], 60 * 86_400_000);
  await desk.expect("other", ["b"], 5);
  expect(desk.answer("event", ANSWER)).toBe(true);
  expect(await reply).toMatchObject({ kind: "answer" });
});

test.each([
  [["succeeded", "succeeded"], "silent"],
  [["succeeded", "failed"], "failed"],
  [["failed", "waiting"], "retrying"],
] as const)("runs that end %s without an answer: %s", async (outcomes, kind) => {
  const desk = new ReplyDesk();
  const reply = desk.expect("event", ["0", "1"], NEVER_MS);
  outcomes.forEach((outcome, index) => desk.runOver("event", String(index), outcome));
  expect(await reply).toEqual({ kind });
});

test("a request waits as long as one of its runs is open, and other runs do not matter", async () => {
  const desk = new ReplyDesk();
  const reply = desk.expect("event", ["a", "b"], NEVER_MS);
  desk.runOver("event", "a", "failed");
  desk.runOver("event", "a", "failed");
  desk.runOver("event", "stranger", "failed");
  expect(desk.answer("event", ANSWER)).toBe(true);
  expect(await reply).toEqual({ kind: "answer", answer: ANSWER });
});

test("closing the desk leaves no request hanging", async () => {
  const desk = new ReplyDesk();
  const reply = desk.expect("event", ["a"], NEVER_MS);
  desk[Symbol.dispose]();
  expect(await reply).toEqual({ kind: "retrying" });
});

test("once an answer is at hand, the deadline does not come between", async () => {
  const desk = new ReplyDesk();
  const reply = desk.expect("event", ["a"], 5);
  expect(desk.hold("event")).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  desk.answer("event", ANSWER);
  expect(await reply).toEqual({ kind: "answer", answer: ANSWER });
  expect(desk.hold("event")).toBe(false);
});

test("an answer that could not be recorded is given again later", async () => {
  const desk = new ReplyDesk();
  const reply = desk.expect("event", ["a"], NEVER_MS);
  desk.hold("event");
  desk.giveUp("event");
  expect(await reply).toEqual({ kind: "retrying" });
});
