import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { runGtc, type Ran } from "../../test/support/run-gtc.ts";
import { signGithub } from "../../test/support/sign.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";
import { TestGateway } from "../../test/support/test-gateway.ts";

const BODY = '{"zen":"Approachable is better than simple."}';
const GITHUB = { signatures: { github: { provider: "github", secret: "old-s3cret" } } };
let bundle: TestBundle;
afterEach(() => bundle.remove());

const status = (...options: string[]): Promise<Ran> => runGtc(["secrets", "status", bundle.folder, ...options]);

async function send(gateway: TestGateway, secret: string): Promise<void> {
  const headers = { "content-type": "application/json", "x-hub-signature-256": signGithub(BODY, secret) };
  expect((await gateway.post("demo/github", BODY, headers)).status).toBe(202);
}

test("a bundle that received nothing", async () => {
  bundle = await createTestBundle({}, GITHUB);
  expect((await status("--json")).lines).toEqual([
    {
      tenant: "*",
      event_type: "github",
      scheme: "github",
      secret: "default",
      origin: "answers",
      not_after: null,
      last_used_at: null,
      used_count: 0,
      advice: "never_used",
    },
  ]);
  expect((await status()).stdout).toContain("put it in at the provider");
});

test("uses of the secret for all event types count, also where nothing names the event type", async () => {
  bundle = await createTestBundle({}, { secret_header: "X-Hub-Signature-256", secret_key: "s3cret-for-all" });
  let whileItRuns: Ran;
  {
    await using gateway = await TestGateway.start(bundle);
    await send(gateway, "s3cret-for-all");
    await send(gateway, "s3cret-for-all");
    whileItRuns = await status("--json");
    const { items } = (await (await gateway.api("sources")).json()) as { items: unknown[] };
    expect(items).toMatchObject([
      {
        tenant: "demo",
        event_type: "github",
        flows: [],
        verified: true,
        secrets: [{ name: "default", used_count: 2 }],
      },
    ]);
  }
  const { lines } = await status("--json");
  expect(whileItRuns.lines).toEqual(lines);
  expect(lines).toMatchObject([{ tenant: "*", event_type: "*", secret: "default", used_count: 2, advice: "in_use" }]);
});

test("after a rotation: which secret verified how much, without the secrets themselves", async () => {
  bundle = await createTestBundle({}, GITHUB);
  {
    await using gateway = await TestGateway.start(bundle);
    await send(gateway, "old-s3cret");
    await send(gateway, "old-s3cret");
  }
  const words = ["secrets", "rotate", "demo", "github", bundle.folder, "--secret-env", "NEW", "--name", "spring"];
  expect((await runGtc(words, { env: { NEW: "new-s3cret" } })).exitCode).toBe(0);
  let whileItRuns: Ran;
  {
    await using gateway = await TestGateway.start(bundle);
    await send(gateway, "new-s3cret");
    whileItRuns = await status("--json");
  }
  const { lines } = await status("--json");
  expect(whileItRuns.lines).toEqual(lines);
  expect(lines).toMatchObject([
    { secret: "spring", origin: "rotated", used_count: 1, not_after: null, advice: "in_use" },
    { secret: "default", origin: "answers", used_count: 2, advice: "ends" },
  ]);
  expect(lines[1]!["not_after"]).toEqual(expect.stringMatching(/^\d{4}-/));
  const { stdout } = await status();
  expect(stdout).toMatch(/spring .* 1 +in use/);
  expect(stdout).toMatch(/default .* 2 +ends in 24 h, and the provider still used it/);
  expect(stdout).not.toContain("s3cret");
});

test("a bundle without secrets, and one that was never set up", async () => {
  bundle = await createTestBundle({}, {});
  expect((await status()).stdout).toBe("No secrets are set up.\n");
  expect(await runGtc(["secrets", "status", `${bundle.folder}/nowhere`])).toMatchObject({ exitCode: 3 });
});

test.each([["status"], ["rotate", "demo", "github", "--generate"], ["remove", "demo", "github", "default"]])(
  "where there is no bundle, secrets %s says that, and does not advise to set it up",
  async (...words) => {
    bundle = await createTestBundle({}, GITHUB);
    for (const place of [join(bundle.folder, "none"), join(bundle.folder, "bundle.yaml")])
      expect(await runGtc(["secrets", ...words, place])).toMatchObject({
        exitCode: 3,
        stdout: "",
        stderr: expect.stringContaining(`[GTC_BUNDLE_NOT_FOUND] There is no bundle in ${place}:`) as string,
      });
  },
);
