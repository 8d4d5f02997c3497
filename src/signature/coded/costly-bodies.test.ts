/** Bodies that anybody may send, to the schemes that rewrite them before anything is verified. */
import { expect, test, vi } from "vitest";
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

test.each([
  ["bytes that begin no character", 0xff],
  ["halves of characters", 0xc3],
])("Hygraph: 25 MiB of %s, which it cannot have sent, are not hashed", async (_what, byte) => {
  const header = ["gcms-signature", `sign=${"A".repeat(43)}=, env=master, t=${NOW_MS}`] as const;
  expect(await timeOf("hygraph", header, Buffer.alloc(SIZE, byte))).toBeLessThan(200);
});

test("Hygraph: a mark of UTF-8 in front is part of what was signed", async () => {
  const request = signed(configOf("hygraph"), "s", requestOf('{"a":"é"}'));
  expect(outcomeOf(await judge(configOf("hygraph"), [keyOf("s")], request))).toBe("verified");
  const marked = { ...request, rawBody: Buffer.concat([Buffer.from("\ufeff"), request.rawBody]) };
  expect(outcomeOf(await judge(configOf("hygraph"), [keyOf("s")], marked))).toBe("signature_mismatch");
});

test("Twilio: 25 MiB of a form are not even looked at; a mail that Mandrill hands over is", async () => {
  const header = ["X-Twilio-Signature", `${"A".repeat(27)}=`] as const;
  const body = `To=${"%".repeat(SIZE)}`;
  expect(await timeOf("twilio", header, body)).toBeLessThan(100);
  const verdict = await judge(configOf("twilio"), [keyOf("s")], requestOf(body, [header]));
  expect(verdict).toMatchObject({ detail: expect.stringContaining("longer than 8 MiB") as string });
  const mail = signed(
    configOf("mandrill"),
    "s",
    requestOf(`mandrill_events=${"a".repeat(SIZE)}`, [["Content-Type", "application/x-www-form-urlencoded"]]),
  );
  expect(outcomeOf(await judge(configOf("mandrill"), [keyOf("s")], mail))).toBe("verified");
});

test("Twilio: a form is sorted once, however many readings of the URL there are", async () => {
  const header = ["X-Twilio-Signature", `${"A".repeat(27)}=`] as const;
  using sort = vi.spyOn(Array.prototype, "sort");
  expect((await judge(configOf("twilio"), [keyOf("s")], requestOf("b=1&a=2", [header]))).status).toBe("refused");
  // The names, and the values of each.
  expect(sort).toHaveBeenCalledTimes(3);
});

test("EasyPost: as many weights as an event may have are read", async () => {
  const sent = JSON.stringify(Array.from({ length: 20_000 }, () => ({ weight: 10 })));
  const request = signed(configOf("easypost"), "s", requestOf(sent.replaceAll(":10", ":10.0")));
  const arriving = { ...request, rawBody: Buffer.from(sent) };
  expect(outcomeOf(await judge(configOf("easypost"), [keyOf("s")], arriving))).toBe("verified");
});
