import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runGtc, type Ran } from "../../test/support/run-gtc.ts";
import { sendSigned } from "../../test/support/send-signed.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";
import { TestGateway } from "../../test/support/test-gateway.ts";

const FLOW = `name: pay
nodes: [{ id: amount, type: script, config: { script: "payload.amount" } }]
triggers: [{ type: event, event_type: payment }]
`;
const SECRET = "whsec_the_right_one";

let bundle: TestBundle;
let gateway: TestGateway;

beforeEach(async () => {
  bundle = await createTestBundle({ "pay.ygtc": FLOW }, { signatures: stripe("whsec_teh_right_one") });
  gateway = await TestGateway.start(bundle);
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

function stripe(secret: string): object {
  return { payment: { provider: "stripe", secret } };
}

function refused(...words: readonly string[]): Promise<Ran> {
  return runGtc(["refused", ...words, "--json"]);
}

/** Three payments that were refused for a mistyped secret, and a forged one; ids, oldest first. */
async function refuseSome(): Promise<readonly string[]> {
  for (const [amount, secret] of [
    [1, SECRET],
    [2, SECRET],
    [3, SECRET],
    [4, "whsec_forged"],
  ] as const) {
    const body = JSON.stringify({ id: `evt_${amount}`, type: "charge.succeeded", amount });
    const posted = await sendSigned(gateway, "demo/payment", {
      config: { scheme: { provider: "stripe" } },
      secret,
      body,
    });
    expect(posted.status).toBe(401);
  }
  await expect.poll(async () => (await gateway.refusals()).length, { timeout: 10_000 }).toBe(4);
  return (await gateway.refusals()).map(({ id }) => String(id)).toReversed();
}

describe.each(["runs", "has stopped"])("gtc refused, while the gateway %s", (state) => {
  const settle = async (): Promise<void> => {
    await bundle.setup({ signatures: stripe(SECRET) });
    if (state === "runs") await gateway.gateway.reloadSetup();
    else await gateway[Symbol.asyncDispose]();
  };

  test("list has the reason and what to do, and takes its filters", async () => {
    const ids = await refuseSome();
    await settle();
    const listed = async (...words: readonly string[]): Promise<unknown[]> =>
      (await refused("list", bundle.folder, ...words)).lines.map(({ id }) => id);
    expect(await listed()).toEqual(ids.toReversed());
    expect(await listed("--limit", "1")).toEqual(ids.slice(3));
    expect(await listed("--reason", "signature_mismatch", "--type", "payment", "--since", "1h")).toHaveLength(4);
    expect(await listed("--reason", "signature_missing")).toEqual([]);
    expect(await listed("--until", "1h")).toEqual([]);
    expect(await listed("--tenant", "other")).toEqual([]);
    expect(await listed("--accepted", "yes")).toEqual([]);
    const { lines } = await refused("list", bundle.folder, "--limit", "1");
    expect(lines).toMatchObject([{ reason: "signature_mismatch", hint: expect.stringMatching(/./) as string }]);
    const { stdout } = await runGtc(["refused", "list", bundle.folder]);
    expect(stdout).toMatch(/payment +signature mismatch/);
  });

  test("accept takes one, and the same again is a duplicate; the trail has it once", async () => {
    const [id = ""] = await refuseSome();
    await settle();
    const { exitCode, lines } = await refused("accept", bundle.folder, "--id", id);
    expect([exitCode, lines]).toMatchObject([0, [{ refusal_id: id, outcome: "accepted", runs: [{ flow: "pay" }] }]]);
    const event = String(lines[0]?.["event_id"]);
    if (state === "runs") await gateway.settled(event);
    const shown = await runGtc(["events", "show", event, bundle.folder, "--json"]);
    expect(shown.lines).toMatchObject([
      { event: { status: "done", accepted_from: { refusal_id: id } }, response: { status: 401 } },
    ]);
    const again = await runGtc(["refused", "accept", bundle.folder, "--id", id]);
    expect(again).toMatchObject({ exitCode: 0, stdout: `${id}  an event already  ${event}\n` });
    expect((await refused("show", id, bundle.folder)).lines).toMatchObject([{ event: { accepted_as: event } }]);
    expect((await runGtc(["events", "show", event, bundle.folder])).stdout).toMatch(
      new RegExp(`^  accepted  2.*Z  it was refused as ${id}\n  answered  401 by problem$`, "m"),
    );
    expect((await runGtc(["refused", "show", id, bundle.folder])).stdout).toContain(`  accepted  as event ${event}\n`);
    const trail = (await readFile(join(bundle.folder, "state", "audit.jsonl"), "utf8")).trimEnd().split("\n");
    const acts = trail.map((line) => JSON.parse(line) as { act: string; subject: string; by: string });
    expect(acts.filter(({ act }) => act === "accept_refused")).toMatchObject([
      { subject: `${id} as event ${event}`, by: state === "runs" ? "bearer" : "command" },
    ]);
  });

  test("accept takes all that match, and says which do not verify and why", async () => {
    const ids = await refuseSome();
    await settle();
    const words = ["accept", bundle.folder, "--all", "--reason", "signature_mismatch", "--rate", "1000"];
    const { exitCode, lines } = await refused(...words);
    expect(exitCode).toBe(1);
    expect(lines.map(({ refusal_id: id, outcome }) => [id, outcome])).toEqual(
      ids.map((id, index) => [id, index < 3 ? "accepted" : "still_refused"]),
    );
    expect((await refused("list", bundle.folder, "--accepted", "no")).lines).toMatchObject([{ id: ids[3] }]);
    const { stdout, exitCode: left } = await runGtc(["refused", "accept", bundle.folder, "--all"]);
    expect(left).toBe(1);
    expect(stdout).toMatch(new RegExp(`^${ids[3]}  still refused  signature mismatch\n {4}\\S`));
  });

  test("accept has to be told which, and says when there is none", async () => {
    const [id = ""] = await refuseSome();
    await settle();
    for (const words of [[], ["--all", "--id", id], ["--id", id, "--tenant", "demo"]])
      expect((await refused("accept", bundle.folder, ...words)).exitCode).toBe(2);
    const none = await refused("accept", bundle.folder, "--all", "--reason", "none_such");
    expect(none.exitCode).toBe(1);
    expect(JSON.parse(none.stderr)).toMatchObject({
      error: { code: "GTC_NOTHING_MATCHES", message: "No refused request matches." },
    });
    const unknown = await refused("accept", bundle.folder, "--id", "unknown");
    expect(unknown).toMatchObject({ exitCode: 1, lines: [{ refusal_id: "unknown" }] });
  });
});

test("a bundle that no gateway has run on has refused nothing", async () => {
  await using fresh = await disposable();
  expect(await runGtc(["refused", "list", fresh.folder])).toMatchObject({
    exitCode: 0,
    stdout: "Nothing was refused.\n",
  });
  expect((await refused("accept", fresh.folder, "--all")).exitCode).toBe(1);
});

test.each([
  ["list", "--json"],
  ["accept", "--all", "--json"],
])("refused %s in a folder that is no bundle says so", async (...words) => {
  const { exitCode, stdout, stderr } = await runGtc(["refused", ...words, "/no/such/bundle"]);
  expect([exitCode, stdout]).toEqual([3, ""]);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: "GTC_BUNDLE_NOT_FOUND" } });
});

test.each([
  [["refused", "list"], ["--reason", "signature-mismatch"], "No refused request matches.\n"],
  [["refused", "list"], ["--accepted", "no"], "No refused request matches.\n"],
  [["events", "list"], ["--tenant", "dmeo"], "No event matches.\n"],
  [["events", "list"], [], "No events.\n"],
])("%j with the filters %j is not told as if there were nothing at all", async (command, filters, stdout) => {
  expect(await runGtc([...command, ...filters, bundle.folder])).toMatchObject({ exitCode: 0, stdout });
});

async function disposable(): Promise<TestBundle & AsyncDisposable> {
  const fresh = await createTestBundle({ "pay.ygtc": FLOW });
  return { ...fresh, [Symbol.asyncDispose]: () => fresh.remove() };
}
