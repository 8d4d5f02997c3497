import { expect, test } from "vitest";
import { cut, cutMiddle } from "./cut-text.ts";

test("what has room stays whole", () => {
  expect([cut("reply", 5), cutMiddle("reply", 5)]).toEqual(["reply", "reply"]);
});

test("a name loses its end", () => expect(cut("process_webhook_data", 9)).toBe("process_…"));

test("two conditions of a branch can be told apart", () => {
  const push = cutMiddle("headers['x-github-event'] == 'push'", 24);
  const pull = cutMiddle("headers['x-github-event'] == 'pull_request'", 24);
  expect([push, pull]).toEqual(["headers[…ent'] == 'push'", "headers[… 'pull_request'"]);
  expect(push).toHaveLength(24);
});
