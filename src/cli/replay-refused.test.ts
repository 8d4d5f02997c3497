/** What an operator is told who replays what was refused: what helps depends on why it was refused. */
import { createHmac } from "node:crypto";
import { rename } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runGtc } from "../../test/support/run-gtc.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";
import { TestGateway, type Posted } from "../../test/support/test-gateway.ts";

const SECRET = "mGq2fXz8kP1w-long-and-random";
const SIGNATURES = { order: { header: "X-Sig", algorithm: "sha256", secret: SECRET } };

let bundle: TestBundle;
let gateway: TestGateway;

beforeEach(async () => {
  bundle = await createTestBundle({}, { signatures: SIGNATURES, max_body_bytes: 128_000 });
  gateway = await TestGateway.start(bundle);
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

function post(body: string, signature = createHmac("sha256", SECRET).update(body).digest("hex")): Promise<Posted> {
  return gateway.post("demo/order", body, { "content-type": "application/json", "x-sig": signature });
}

/** The id under which the one request that came is kept. */
async function keptId(): Promise<string> {
  const ids = async (): Promise<unknown[]> =>
    (await runGtc(["events", "list", bundle.folder, "--json"])).lines.map(({ id }) => id);
  await expect.poll(async () => (await ids()).length).toBe(1);
  return String((await ids())[0]);
}

/** What the command says of it. */
async function replayed(id: string): Promise<Record<"code" | "message" | "fix", string>> {
  const { stderr } = await runGtc(["events", "replay", id, bundle.folder, "--json"]);
  return (JSON.parse(stderr) as { error: Record<"code" | "message" | "fix", string> }).error;
}

describe.each(["runs", "has stopped"])("replaying what was refused, while the gateway %s", (state) => {
  const settle = async (): Promise<void> => {
    if (state === "has stopped") await gateway[Symbol.asyncDispose]();
  };

  test("what can be verified again is to be accepted", async () => {
    expect((await post("{}", "00")).status).toBe(401);
    const id = await keptId();
    await settle();
    const { code, fix } = await replayed(id);
    expect(code).toBe("GTC_EVENT_REFUSED");
    expect(fix).toContain(`gtc refused accept --id ${id}`);
  });

  test.each<[string, () => Promise<Posted>, number, string]>([
    ["a body that is too large", () => post("x".repeat(200_000)), 413, "It was refused with 413"],
    [
      "a body that was not kept whole",
      () => post("x".repeat(100_000), "00"),
      401,
      "Only the first 65536 of its 100000 bytes were kept.",
    ],
    ["a verified event whose content cannot be read", () => post("{not json"), 400, "JSON"],
  ])("%s has to be delivered again: accepting it is not advised", async (_what, send, status, because) => {
    expect((await send()).status).toBe(status);
    const id = await keptId();
    await settle();
    const { code, message, fix } = await replayed(id);
    expect(code).toBe("GTC_REDELIVERY_NEEDED");
    expect(message).toContain(`${id} was refused and cannot be replayed: `);
    expect(message).toContain(because);
    expect(fix).toContain("have the sender deliver it again");
    expect(fix).not.toContain("gtc refused accept");
  });
});

test("what is advised names the folder as it was given, so that it can be pasted", async () => {
  await post("{}", "00");
  const id = await keptId();
  await gateway[Symbol.asyncDispose]();
  const cwd = dirname(bundle.folder);
  const given = `${basename(bundle.folder)} of mine`;
  await rename(bundle.folder, `${bundle.folder} of mine`);
  const fixOf = async (words: readonly string[], at = cwd): Promise<string> => {
    const { stderr } = await runGtc(words, { cwd: at });
    return stderr.split("\n").find((line) => line.startsWith("  fix:")) ?? "";
  };
  const refused = await fixOf(["events", "replay", id, given]);
  expect(refused).toContain(`\`gtc events show ${id} '${given}'\``);
  expect(refused).toContain(`\`gtc refused accept --id ${id} '${given}'\``);
  for (const words of [
    ["events", "show", "unknown"],
    ["events", "replay", "unknown"],
    ["refused", "show", "unknown"],
  ]) {
    expect(await fixOf([...words, given])).toContain(`\`gtc events list '${given}'\``);
    expect(await fixOf(words, `${bundle.folder} of mine`)).toContain("`gtc events list`,");
  }
  await rename(`${bundle.folder} of mine`, bundle.folder);
});

test("the API says the same, without a folder", async () => {
  expect((await post("x".repeat(200_000))).status).toBe(413);
  const id = await keptId();
  const answer = await gateway.api(`events/${id}/replay`, { method: "POST" });
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({
    code: "GTC_REDELIVERY_NEEDED",
    fix: `Correct the cause (\`gtc events show ${id}\` shows what came), then have the sender deliver it again.`,
  });
});
