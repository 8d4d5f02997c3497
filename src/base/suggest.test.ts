import { expect, test } from "vitest";
import { nearest } from "./suggest.ts";

const NODES = ["script", "branch", "http_response", "async", "template"];

test.each([
  ["scirpt", "script"],
  ["brnch", "branch"],
  ["http_respose", "http_response"],
  ["Script", "script"],
])("%s → %s", (written, meant) => expect(nearest(written, NODES)).toBe(meant));

test("something else entirely is no slip", () => expect(nearest("kafka", NODES)).toBeUndefined());
