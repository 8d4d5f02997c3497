/** What a run failed with may repeat what is masked in its request: it is masked wherever the run is shown. */
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunSummary } from "../../src/admin/contract/index.ts";
import { EventStream } from "../support/event-stream.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const CARD = "4242424242424242";
const TOKEN = "token-of-the-sender";
const PAY = `
nodes:
  - { id: pay, type: script, config: { script: 'throw "no money on " + payload.card + " for " + headers.authorization' } }
config: { retry_policy: { max_attempts: 1 } }
triggers: [{ type: event, event_type: pay }]
`;

let bundle: TestBundle;
let gateway: TestGateway;
beforeEach(async () => {
  bundle = await createTestBundle({ "pay.ygtc": PAY }, {}, ["demo"]);
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

/** Posts a payment that fails. Returns its run as lists, the stream and its own page show it. */
async function failedRun(more: object = {}, encoding: "identity" | "gzip" = "identity"): Promise<RunSummary[]> {
  await using stream = await EventStream.open(gateway);
  const headers = {
    "content-type": "application/json",
    "content-encoding": encoding,
    authorization: `Bearer ${TOKEN}`,
  };
  const json = JSON.stringify({ card: CARD, ...more });
  await gateway.post("demo/pay", encoding === "gzip" ? gzipSync(json) : json, headers);
  const told = await stream.nextWhere(({ data }) => (data["run"] as RunSummary | undefined)?.status === "failed");
  const list = (await (await gateway.api("runs?status=failed&limit=1")).json()) as { items: RunSummary[] };
  const listed = list.items[0]!;
  const own = (await (await gateway.api(`runs/${listed.id}`)).json()) as RunSummary;
  return [told.data["run"] as RunSummary, listed, own];
}

test("in lists, in the stream and on its own, the words stay and the values go", async () => {
  gateway = await TestGateway.start(bundle, { mask_paths: "$.card" });
  for (const { error } of await failedRun()) {
    expect(error).toMatchObject({ message: expect.stringMatching(/no money on ••• for (?:Bearer )?•••/), node: "pay" });
    expect(JSON.stringify(error)).not.toContain(CARD);
    expect(JSON.stringify(error)).not.toContain(TOKEN);
  }
});

test("without masked fields only credentials go", async () => {
  gateway = await TestGateway.start(bundle);
  for (const { error } of await failedRun()) {
    expect(error?.message).toMatch(new RegExp(`no money on ${CARD} for (?:Bearer )?•••`));
  }
});

test("of a request too large to be read for a row, the words are shown with the event alone", async () => {
  gateway = await TestGateway.start(bundle, { mask_paths: "$.card" });
  const [told, listed, own] = await failedRun({ more: "x".repeat(300_000) });
  for (const run of [told, listed]) expect(run?.error).toMatchObject({ message: "•••", detail: "•••", node: "pay" });
  expect(own?.error?.message).toMatch(/no money on ••• for /);
});

test("the same holds of one that is small only as long as it is compressed", async () => {
  gateway = await TestGateway.start(bundle, { mask_paths: "$.card" });
  const [told, listed, own] = await failedRun({ more: "x".repeat(300_000) }, "gzip");
  for (const run of [told, listed]) expect(run?.error).toMatchObject({ message: "•••", detail: "•••", node: "pay" });
  expect(own?.error?.message).toMatch(/no money on ••• for /);
});

test("of a request that unpacks to too much to be looked through, nothing is said again", async () => {
  gateway = await TestGateway.start(bundle, { mask_paths: "$.card" });
  const runs = await failedRun({ more: "x".repeat(9 * 1024 * 1024) }, "gzip");
  for (const { error } of runs) expect(error).toMatchObject({ message: "•••", detail: "•••" });
});
