/** Why a signature was refused: the operator reads it in the log and in the list; the sender learns nothing of it. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runGtc } from "../support/run-gtc.ts";
import { signGithub } from "../support/sign.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const BODY = '{ "zen": "Keep it logically awesome." }';
let bundle: TestBundle;
let gateway: TestGateway;

beforeAll(async () => {
  bundle = await createTestBundle(
    {},
    {
      signatures: { github: { provider: "github", secret: "s3cret-demo" } },
      tenants: { acme: { signatures: { github: { provider: "github", secret: "s3cret-acme" } } } },
    },
    ["demo", "acme"],
  );
  gateway = await TestGateway.start(bundle);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

/** What the operator finds in the list of refused requests about the newest one. */
async function newestRefusal(): Promise<Record<string, unknown>> {
  return (await gateway.refusals())[0]!;
}

async function refuse(body: string, signature: string): Promise<string> {
  const headers = { "content-type": "application/json", "x-hub-signature-256": signature };
  const answer = await gateway.post("demo/github", body, headers);
  expect(answer.status).toBe(401);
  return answer.body;
}

test.each([
  [
    "a body that a JSON parser wrote again",
    JSON.stringify(JSON.parse(BODY)),
    signGithub(JSON.stringify(JSON.parse(BODY), undefined, 2), "s3cret-demo"),
    { reason: "body_reserialised", certain: true },
  ],
  [
    "a body whose line break was trimmed",
    BODY,
    signGithub(`${BODY}\n`, "s3cret-demo"),
    { reason: "body_trimmed", certain: true },
  ],
  [
    "the secret of another tenant",
    BODY,
    signGithub(BODY, "s3cret-acme"),
    { reason: "secret_of_another", certain: true },
  ],
  [
    "a signature without its prefix's algorithm",
    BODY,
    signGithub(BODY, "s3cret-demo").replace("sha256=", "sha1="),
    { reason: "wrong_prefix", certain: true },
  ],
])("%s", async (_what, body, signature, likely) => {
  await refuse(body, signature);
  const refusal = await newestRefusal();
  expect(refusal["likely"]).toEqual(likely);
  expect(refusal["hint"]).not.toBe("");
  expect(JSON.stringify(refusal)).not.toContain("s3cret-demo");
  expect(gateway.records.at(-1)).toMatchObject({ verdict: "refused", status: 401, likely });
});

test("a body that was signed before it was compressed", async () => {
  const headers = {
    "content-type": "application/json",
    "content-encoding": "gzip",
    "x-hub-signature-256": signGithub(BODY, "s3cret-demo"),
  };
  expect((await gateway.post("demo/github", gzipSync(BODY), headers)).status).toBe(401);
  expect((await newestRefusal())["likely"]).toEqual({ reason: "body_decompressed", certain: true });
});

test("gtc events show and gtc doctor say what is behind a refusal, and what to do", async () => {
  await refuse(BODY, signGithub(BODY, "s3cret-acme"));
  const refusal = await newestRefusal();
  const { stdout: shown } = await runGtc(["events", "show", String(refusal["id"]), bundle.folder]);
  expect(shown).toContain("verdict   refused  signature mismatch");
  expect(shown).toContain("likely    secret of another");
  expect(shown).toContain(`fix       ${String(refusal["hint"])}`);
  const { stdout: doctor } = await runGtc(["doctor", bundle.folder]);
  expect(doctor).toMatch(/refused at .*: signature mismatch; secret of another; .*acme\/github/);
  expect(shown + doctor).not.toContain("s3cret");
});

test("the sender gets the same answer whatever the cause", async () => {
  const answers = new Set([
    await refuse(BODY, signGithub(`${BODY}\n`, "s3cret-demo")),
    await refuse(BODY, signGithub(BODY, "s3cret-acme")),
    await refuse(BODY, "sha256=nonsense"),
  ]);
  expect(answers.size).toBe(1);
});

test("a flood of bad signatures is refused and kept, and costs only so many explanations", async () => {
  const before = gateway.records.length;
  await Promise.all(Array.from({ length: 120 }, () => refuse(BODY, signGithub(BODY, "guessed"))));
  await newestRefusal();
  const records = gateway.records.slice(before);
  expect(records.length).toBe(120);
  const explained = records.filter(({ likely }) => likely !== undefined);
  expect(explained.length).toBeGreaterThan(0);
  expect(explained.length).toBeLessThan(60);
  expect(records.find(({ likely }) => likely === undefined)!.hint).toContain("gtc verify");
});
