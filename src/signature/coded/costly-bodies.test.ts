/** Bodies that anybody may send, to the schemes that rewrite them before anything is verified. */
import { expect, test } from "vitest";
import { configOf, judge, keyOf, NOW_MS, outcomeOf, requestOf, signed } from "../../../test/support/signed-request.ts";

const SIZE = 25 * 1024 * 1024;

async function timeOf(provider: string, header: readonly [string, string], body: string | Uint8Array): Promise<number> {
  const request = requestOf(body, [header]);
  const since = process.cpuUsage();
  expect((await judge(configOf(provider), [keyOf("s")], request)).status).toBe("refused");
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

const EASYPOST = ["X-Hmac-Signature", `hmac-sha256-hex=${"0".repeat(64)}`] as const;

test.each([
  ["weights", '"weight":1,'],
  ["digits", "1"],
])("EasyPost: 25 MiB of %s keep the thread for a moment only", async (_what, piece) => {
  expect(await timeOf("easypost", EASYPOST, `"weight":${piece.repeat(SIZE / piece.length)}`)).toBeLessThan(600);
});

test("Hygraph: 25 MiB of what no JSON holds keep the thread for a moment only", async () => {
  const header = ["gcms-signature", `sign=${"A".repeat(43)}=, env=master, t=${NOW_MS}`] as const;
  expect(await timeOf("hygraph", header, Buffer.alloc(SIZE, 1))).toBeLessThan(600);
});

test("EasyPost: as many weights as an event may have are read", async () => {
  const sent = JSON.stringify(Array.from({ length: 20_000 }, () => ({ weight: 10 })));
  const request = signed(configOf("easypost"), "s", requestOf(sent.replaceAll(":10", ":10.0")));
  const arriving = { ...request, rawBody: Buffer.from(sent) };
  expect(outcomeOf(await judge(configOf("easypost"), [keyOf("s")], arriving))).toBe("verified");
});
