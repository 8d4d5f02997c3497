/** Compressed bodies at a real gateway: bounded in memory, and not in the way of other requests. */
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SCRIPT } from "../support/flows.ts";
import { holdBody } from "../support/held-body.ts";
import { hmacHex } from "../support/sign.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway, type Posted } from "../support/test-gateway.ts";

const GZIP = { "content-type": "application/json", "content-encoding": "gzip" };
const MIB = 1024 * 1024;
/** A JSON text that is `bytes` long and small when it is compressed. */
const jsonOf = (bytes: number): Buffer =>
  Buffer.concat([Buffer.from('"'), Buffer.alloc(bytes - 2, "a"), Buffer.from('"')]);

let bundle: TestBundle;
beforeAll(async () => {
  bundle = await createTestBundle({ "script.ygtc": SCRIPT });
});
afterAll(() => bundle.remove());

test("a body that decodes to more than there is room for gets 503 and is not stored; the room is there again after it", async () => {
  await using gateway = await TestGateway.start(bundle, { max_inflight_bytes: String(5 * MIB) });
  const post = (bytes: number): Promise<Posted> => gateway.post("demo/unmatched", gzipSync(jsonOf(bytes)), GZIP);
  const release = await holdBody(gateway, 2 * MIB, async () => (await post(4 * MIB)).status === 503, 7);
  const asked = (await gateway.events()).length;
  for (let n = 0; n < 3; n++) {
    const refused = await post(4 * MIB);
    expect([refused.status, refused.headers["retry-after"] !== undefined]).toEqual([503, true]);
    expect((await post(MIB)).status).toBe(202);
  }
  await release();
  expect((await post(4 * MIB)).status).toBe(202);
  expect(await gateway.events()).toHaveLength(asked + 5);
  expect(gateway.faults).toEqual([]);
});

test("a body that decodes to more than fits into memory even alone gets 413, and is found again", async () => {
  await using gateway = await TestGateway.start(bundle, { max_inflight_bytes: String(2 * MIB) });
  const { status } = await gateway.post("demo/unmatched", gzipSync(jsonOf(4 * MIB)), GZIP);
  expect(status).toBe(413);
  const [last] = await gateway.events();
  expect(last).toMatchObject({ status: "refused" });
});

test.each([
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
])("a packed body (%s) has its id, however much it holds: sent again, it is a duplicate", async (encoding, pack) => {
  const secret = "whsec_of_some_length";
  const signatures = { s: { provider: "nylas", secret } };
  const signed = await createTestBundle({}, { signatures });
  await using gateway = await TestGateway.start(signed);
  const body = pack(JSON.stringify({ id: "evt_1", type: "message.created", data: "x".repeat(3 * MIB) }));
  const headers = { ...GZIP, "content-encoding": encoding, "x-nylas-signature": hmacHex(body, secret) };
  const first = await gateway.post("demo/s", body, headers);
  expect(first.status).toBe(202);
  const { "content-encoding": _packed, ...unsaid } = headers;
  for (const more of [headers, unsaid, { ...headers, "content-encoding": "identity" }]) {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const again = await gateway.post("demo/s", body, { ...more, "content-type": type });
      expect(again.json()).toMatchObject({ duplicate_of: first.json()["event_id"] });
    }
  }
  await signed.remove();
});

test("a bomb gets 413 while other requests are answered, and the gateway goes on", async () => {
  await using gateway = await TestGateway.start(bundle, { max_decoded_bytes: String(32 * MIB) });
  const bomb = gateway.post("demo/unmatched", gzipSync(Buffer.alloc(40 * MIB)), GZIP);
  const other = await gateway.post("demo/unmatched", "{}");
  expect(other.status).toBe(202);
  expect((await bomb).status).toBe(413);
  const whole = await gateway.post("demo/script", gzipSync('{"a":1}'), GZIP);
  const detail = await gateway.settled(whole.json()["event_id"]);
  expect(detail.runs[0]!.steps[0]!.output).toEqual({ a: 1 });
});
