import { expect, test } from "vitest";
import { environment } from "./environment.ts";

test("what every object has is no variable of the environment", () => {
  expect(environment()["PATH"]).toBe(process.env["PATH"]);
  for (const name of ["toString", "constructor", "__proto__"]) expect(environment()[name]).toBeUndefined();
});
