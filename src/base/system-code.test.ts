import { constants } from "node:os";
import { getSystemErrorName } from "node:util";
import { expect, test } from "vitest";
import { messageOf, systemCodeOf } from "./index.ts";

/** As `fs` throws it (node/src/api/exceptions.cc, `UVException`). */
function refusal(errno: number, text: string): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${code}: ${text}, write`), { code, errno: -errno, syscall: "write" });
}

test("a used-up quota, for which Node has no name, is told by its number", () => {
  const { EDQUOT } = constants.errno;
  const thrown = refusal(EDQUOT, getSystemErrorName(-EDQUOT));
  expect(systemCodeOf(thrown)).toBe("EDQUOT");
  expect(messageOf(thrown)).toBe("EDQUOT: disk quota exceeded, write");
});

test("what Node has a name for stays as it is", () => {
  const thrown = refusal(constants.errno.ENOSPC, "no space left on device");
  expect([systemCodeOf(thrown), messageOf(thrown)]).toEqual(["ENOSPC", "ENOSPC: no space left on device, write"]);
});

test("what is no refusal of the system has no code, and its own message", () => {
  expect(systemCodeOf(new Error("Unknown system error -122: x"))).toBeUndefined();
  expect(systemCodeOf("EDQUOT")).toBeUndefined();
  expect(messageOf(new Error("Unknown system error -99999: x, write"))).toBe("Unknown system error -99999: x, write");
});
