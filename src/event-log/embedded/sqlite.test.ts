import { expect, test } from "vitest";
import { loadSqlite } from "./sqlite.ts";

test("a binding without its binary, or with another Node's, is told as what it is", () => {
  function Unbuilt(): void {
    throw new Error("Could not locate the bindings file. Tried:\n → build/better_sqlite3.node");
  }
  expect(() => loadSqlite(() => Unbuilt)).toThrow(
    expect.objectContaining({
      code: "GTC_SQLITE_MISSING",
      message: expect.stringMatching(/: Could not locate the bindings file\.$/) as string,
    }) as Error,
  );
});
