import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runGtc, type Ran } from "../../test/support/run-gtc.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";
import { TestGateway } from "../../test/support/test-gateway.ts";

const FLOW = `name: orders
nodes:
  - id: total
    type: script
    config: { script: "payload.price * 2" }
triggers:
  - { type: event, event_type: order.created }
`;
const SECRET = "mGq2fXz8kP1w-long-and-random";
const SIGNATURES = { "order.created": { header: "X-Sig", algorithm: "sha256", secret: SECRET } };
const BODY = '{"price": 21}';

let bundle: TestBundle;
let gateway: TestGateway;

beforeEach(async () => {
  bundle = await createTestBundle({ "orders.ygtc": FLOW }, { signatures: SIGNATURES });
  gateway = await TestGateway.start(bundle);
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

function events(...words: readonly string[]): Promise<Ran> {
  return runGtc(["events", ...words, bundle.folder, "--json"]);
}

/** Sends one good and one refused request; the id of the good one. */
async function sendBoth(): Promise<string> {
  const signature = createHmac("sha256", SECRET).update(BODY).digest("hex");
  const stored = await gateway.post("demo/order.created", BODY, { "x-sig": signature });
  const refused = await gateway.post("demo/order.created", BODY, { "x-sig": "00" });
  expect([stored.status, refused.status]).toEqual([202, 401]);
  const id = String(stored.json()["event_id"]);
  await gateway.settled(id);
  return id;
}

describe.each(["runs", "has stopped"])("gtc events, while the gateway %s", (state) => {
  const settle = async (): Promise<void> => {
    if (state === "has stopped") await gateway[Symbol.asyncDispose]();
  };

  test("list shows what was stored and what was refused, newest first, each with the same keys", async () => {
    const id = await sendBoth();
    await settle();
    const { lines, exitCode } = await events("list");
    expect(exitCode).toBe(0);
    expect(lines).toMatchObject([
      {
        tenant: "demo",
        event_type: "order.created",
        status: "refused",
        verdict: "refused",
        duplicate_of: null,
        runs: [],
      },
      { id, status: "done", verdict: "verified", duplicate_of: null, runs: [{ flow: "orders", status: "succeeded" }] },
    ]);
    expect(Object.keys(lines[0] ?? {})).toEqual(Object.keys(lines[1] ?? {}));
  });

  test("list takes its filters", async () => {
    const id = await sendBoth();
    await settle();
    expect((await events("list", "--status", "done")).lines).toMatchObject([{ id }]);
    expect((await events("list", "--status", "refused")).lines).toMatchObject([{ status: "refused" }]);
    expect((await events("list", "--limit", "1")).lines).toHaveLength(1);
    expect((await events("list", "--type", "other")).lines).toEqual([]);
    expect((await events("list", "--tenant", "nobody")).lines).toEqual([]);
    expect((await events("list", "--since", "1h")).lines).toHaveLength(2);
    expect((await events("list", "--since", "999999999d")).lines).toHaveLength(2);
    expect((await events("list", "--since", "2999-01-01")).lines).toEqual([]);
  });

  test("show has the event, the answer, and every run with its steps", async () => {
    const id = await sendBoth();
    await settle();
    expect((await events("show", id)).lines).toMatchObject([
      {
        event: { id, payload: { price: 21 } },
        response: { status: 202 },
        runs: [
          {
            flow: "orders",
            status: "succeeded",
            attempt: 1,
            steps: [{ node: "total", type: "script", status: "succeeded", output: 42 }],
          },
        ],
      },
    ]);
  });

  test("show says why a request was refused", async () => {
    await sendBoth();
    await settle();
    const [refused] = (await events("list", "--status", "refused")).lines;
    expect((await events("show", String(refused?.["id"]))).lines).toMatchObject([
      {
        event: { verification: { status: "refused", hint: expect.any(String) as string }, body: { text: BODY } },
        response: { status: 401 },
      },
    ]);
  });

  test("show says in words what the sender of a refused request was told", async () => {
    await sendBoth();
    await settle();
    const [refused] = (await events("list", "--status", "refused")).lines;
    const { stdout } = await runGtc(["events", "show", String(refused?.["id"]), bundle.folder]);
    expect(stdout).toMatch(/^ {2}answered {2}401 by problem$/m);
    expect(stdout).toContain("  body      " + JSON.stringify(BODY));
  });

  test("replay says how to see what became of it, as it can be typed there", async () => {
    const id = await sendBoth();
    await settle();
    const { stdout } = await runGtc(["events", "replay", id, bundle.folder]);
    expect(stdout).toContain(`\nSee: gtc events show ${id} ${bundle.folder}\n`);
  });

  test("the bundle may come first, as with every other command", async () => {
    const id = await sendBoth();
    await settle();
    const usual = await runGtc(["events", "show", id, bundle.folder, "--json"]);
    expect(usual.stdout).toContain(id);
    expect(await runGtc(["events", "show", bundle.folder, id, "--json"])).toEqual(usual);
    const { stdout } = await runGtc(["events", "replay", bundle.folder, id]);
    expect(stdout).toContain(`\nSee: gtc events show ${id} ${bundle.folder}\n`);
  });

  test("replay runs the event again, marked as a replay", async () => {
    const id = await sendBoth();
    await settle();
    expect((await events("replay", id)).lines).toMatchObject([{ replay_of: id, runs: [{ flow: "orders" }] }]);
    if (state === "runs")
      await gateway.eventWhen(id, ({ runs }) => runs.filter(({ status }) => status === "succeeded").length === 2);
    expect((await events("show", id)).lines).toMatchObject([
      {
        runs: [
          { status: "succeeded", replay_of: null },
          { status: "succeeded", replay_of: id },
        ],
      },
    ]);
  });

  test("replay of a refused request says why there is nothing to replay", async () => {
    await sendBoth();
    await settle();
    const [refused] = (await events("list", "--status", "refused")).lines;
    const { exitCode, stderr } = await events("replay", String(refused?.["id"]));
    expect(exitCode).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: "GTC_EVENT_REFUSED", message: expect.stringMatching(/malformed|signature/) as string },
    });
  });

  test("an event that does not exist ends with 1", async () => {
    await settle();
    const { exitCode, stderr } = await events("show", "0193aaaa-0000-7000-8000-000000000000");
    expect(exitCode).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "GTC_EVENT_NOT_FOUND" } });
  });
});

describe("a replay that the command runs itself, as the gateway has stopped", () => {
  const replayOf = async (
    policy: string,
  ): Promise<{ readonly id: string; readonly inWords: Ran; readonly asJson: Ran }> => {
    const id = await sendBoth();
    await gateway[Symbol.asyncDispose]();
    const failing = FLOW.replace('"payload.price * 2"', "'throw \"no money\"'");
    await bundle.write("flows/orders.ygtc", `config: { retry_policy: { ${policy} } }\n${failing}`);
    const inWords = await runGtc(["events", "replay", id, bundle.folder]);
    return { id, inWords, asJson: await events("replay", id) };
  };

  test("says that its run has failed, and ends with 1", async () => {
    const { inWords, asJson } = await replayOf("max_attempts: 1");
    expect(inWords.exitCode).toBe(1);
    expect(inWords.stdout).toMatch(/^Started orders as run [-0-9a-f]+: failed at try 1, no further try: .*no money/);
    expect(asJson.exitCode).toBe(1);
    expect(asJson.lines).toMatchObject([
      { runs: [{ flow: "orders", status: "failed", attempt: 1, error: { node: "total" }, resume_at: null }] },
    ]);
  });

  test("waits for tries that follow soon, and says so meanwhile", async () => {
    const { id, inWords, asJson } = await replayOf("max_attempts: 3, initial_delay: 20ms");
    for (const { exitCode, stderr } of [inWords, asJson]) {
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(
        /^! run of orders failed \(try 1, next try in \d+ ms\): .*no money.*\n! run of orders failed \(try 2, next/,
      );
    }
    expect(inWords.stdout).toContain(": failed at try 3, no further try: ");
    expect(asJson.lines).toMatchObject([{ runs: [{ status: "failed", attempt: 3 }] }]);
    const [shown] = (await events("show", id)).lines;
    expect(shown).toMatchObject({ runs: [{ status: "succeeded" }, { status: "failed" }, { status: "failed" }] });
  });

  test("leaves a try that is far away to the gateway, and says when", async () => {
    const { id, inWords, asJson } = await replayOf("max_attempts: 3, initial_delay: 10m, max_delay: 10m");
    expect(inWords).toMatchObject({ exitCode: 0, stderr: "" });
    expect(inWords.stdout).toMatch(/: waiting, try 1 failed: .*no money.*\n {2}The gateway tries it again at \d{4}-/);
    expect(inWords.stdout).toContain(`\`gtc start ${bundle.folder}\``);
    expect(asJson).toMatchObject({ exitCode: 0, stderr: "" });
    expect(asJson.lines).toMatchObject([
      { runs: [{ status: "waiting", attempt: 1, resume_at: expect.stringMatching(/^\d{4}-.*Z$/) as string }] },
    ]);
    const [shown] = (await events("show", id)).lines;
    expect(shown).toMatchObject({ runs: [{ status: "succeeded" }, { status: "waiting" }, { status: "waiting" }] });
  });

  test("says that its run has succeeded", async () => {
    const id = await sendBoth();
    await gateway[Symbol.asyncDispose]();
    const { exitCode, stdout, stderr } = await runGtc(["events", "replay", id, bundle.folder]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^Started orders as run [-0-9a-f]+: succeeded\nSee: /);
  });
});

test.each([
  ["JSON that curl sends as a form", '{"message": "hi"}', true],
  ["a form", "message=hi", false],
  ["a form that begins like JSON", "{message}=hi", false],
])("show tells of %s what to do", async (_what, body, isTold) => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const stored = await gateway.post("demo/other", body, headers);
  const { stdout } = await runGtc(["events", "show", String(stored.json()["event_id"]), bundle.folder]);
  expect(stdout.includes("have the sender say content-type: application/json")).toBe(isTold);
});
