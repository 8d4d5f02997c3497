/** Rotating a secret of a running gateway: no request is refused on the way, and each event says what verified it. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { startGtc, type RunningGateway } from "../support/gtc-process.ts";
import { runGtc, type Ran } from "../support/run-gtc.ts";
import { signGithub } from "../support/sign.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const BODY = '{"zen":"Speak like a human."}';
let bundle: TestBundle | undefined;
let gateway: RunningGateway | undefined;
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  await bundle?.remove();
});

async function post(secret: string): Promise<Response> {
  const headers = { "content-type": "application/json", "x-hub-signature-256": signGithub(BODY, secret) };
  return fetch(`${gateway!.url}/events/webhook/demo/github`, { method: "POST", body: BODY, headers });
}

async function verifiedBy(answer: Response): Promise<unknown> {
  expect(answer.status).toBe(202);
  const { event_id: id } = (await answer.json()) as { event_id: string };
  const shown = await runGtc(["events", "show", id, bundle!.folder, "--json"]);
  return (JSON.parse(shown.stdout) as { event: { verification: { keyName: string } } }).event.verification.keyName;
}

/** Waits for a line of the gateway's own log; the gateway writes it after it has done what it says. */
async function untilSaid(text: string, from = 0): Promise<void> {
  while (!gateway!.output().slice(from).includes(text))
    await new Promise<void>((resolve) => gateway!.child.stdout!.once("data", () => resolve()));
}

test("a running gateway takes a rotated secret, the old one goes on until its end, and a restart changes nothing", async () => {
  bundle = await createTestBundle({}, { signatures: { github: { provider: "github", secret: "old-secret" } } });
  gateway = await startGtc(bundle.folder);
  expect(await verifiedBy(await post("old-secret"))).toBe("default");
  expect((await post("new-secret")).status).toBe(401);

  const words = [
    "secrets",
    "rotate",
    "demo",
    "github",
    bundle.folder,
    "--secret-env",
    "NEW",
    "--name",
    "spring",
    "--json",
  ];
  const rotated = await runGtc(words, { env: { NEW: "new-secret" } });
  expect(rotated.exitCode).toBe(0);
  expect(JSON.parse(rotated.stdout)).toMatchObject({
    name: "spring",
    secrets: [{ name: "spring", not_after: null }, { name: "default" }],
  });
  expect(rotated.stdout + rotated.stderr).not.toContain("new-secret");

  await untilSaid("Took over the settings");
  expect(await verifiedBy(await post("new-secret"))).toBe("spring");
  expect(await verifiedBy(await post("old-secret"))).toBe("default");

  await gateway.stop();
  gateway = await startGtc(bundle.folder);
  expect(await verifiedBy(await post("new-secret"))).toBe("spring");
});

test("without an overlap the old secret ends at once, and the refusal says so", async () => {
  bundle = await createTestBundle({}, { signatures: { github: { provider: "github", secret: "old-secret" } } });
  const words = ["secrets", "rotate", "demo", "github", bundle.folder, "--generate", "--overlap", "0"];
  const rotated = await runGtc(words);
  expect(rotated.exitCode).toBe(0);
  const generated = rotated.stdout.trim();
  expect(generated).toMatch(/^[0-9a-f]{64}$/);
  gateway = await startGtc(bundle.folder);
  expect((await post("old-secret")).status).toBe(401);
  expect((await post(generated)).status).toBe(202);
  await untilSaid("key_expired");
});

test("an old secret goes when it is not used any more, or at once where that is asked for", async () => {
  bundle = await createTestBundle({}, { signatures: { github: { provider: "github", secret: "old-secret" } } });
  gateway = await startGtc(bundle.folder);
  const secrets = (...words: readonly string[]): Promise<Ran> =>
    runGtc(["secrets", ...words, "--json"], { env: { NEW: "new-secret" } });
  const { folder } = bundle;
  const only = await secrets("remove", "demo", "github", "default", folder);
  expect([only.exitCode, only.stderr]).toEqual([2, expect.stringContaining("only secret that verifies")]);
  await secrets("rotate", "demo", "github", folder, "--secret-env", "NEW", "--name", "spring");
  await untilSaid("Took over the settings");
  const misspelt = await secrets("remove", "demo", "github", "defualt", folder);
  expect([misspelt.exitCode, misspelt.stderr]).toEqual([2, expect.stringContaining('did you mean \\"default\\"')]);

  expect((await post("old-secret")).status).toBe(202);
  const used = await secrets("remove", "demo", "github", "default", folder);
  expect([used.exitCode, used.stderr]).toEqual([2, expect.stringContaining("--force")]);
  expect((await post("old-secret")).status).toBe(202);

  const from = gateway.output().length;
  const removed = await secrets("remove", "demo", "github", "default", folder, "--force");
  expect(removed.lines).toEqual([{ tenant: "demo", event_type: "github", removed: "default", secrets: ["spring"] }]);
  await untilSaid("Took over the settings", from);
  expect((await post("old-secret")).status).toBe(401);
  expect((await post("new-secret")).status).toBe(202);
  const sealed = await readFile(join(folder, "state", "secrets.json"), "utf8");
  expect(Object.keys((JSON.parse(sealed) as { values: object }).values)).toEqual(["*/github/spring"]);
});

test("a secret that nobody used goes without further ado, and the answers are named as its origin", async () => {
  bundle = await createTestBundle(
    {},
    { signatures: { github: { provider: "github", secrets: [{ name: "a", secret: "one" }, "another"] } } },
  );
  const { exitCode, stderr } = await runGtc(["secrets", "remove", "demo", "github", "a", bundle.folder]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain("take it out of them");
  expect((await runGtc(["secrets", "status", bundle.folder, "--json"])).lines).toMatchObject([{ secret: "secret-2" }]);
});

test.each([
  ["an event type that nothing verifies", ["demo", "stripe", "--generate"], /gtc urls/],
  ["no secret", ["demo", "github"], /--secret-env/],
  ["a variable that is not set", ["demo", "github", "--secret-env", "NOWHERE"], /NOWHERE is not set/],
  ["an overlap without a unit", ["demo", "github", "--generate", "--overlap", "24"], /30m, 24h/],
  ["an overlap that is no time", ["demo", "github", "--generate", "--overlap", "soon"], /30m, 24h/],
])("%s is said, and nothing is changed", async (_what, [tenant = "", type = "", ...options], message) => {
  bundle = await createTestBundle({}, { signatures: { github: { provider: "github", secret: "old-secret" } } });
  const ran = await runGtc(["secrets", "rotate", tenant, type, bundle.folder, ...options]);
  expect([ran.exitCode, ran.stderr]).toEqual([2, expect.stringMatching(message)]);
});

test.each([
  ["a broken bundle.yaml", [], "bundle.yaml", "tenants: [demo\n"],
  ["a broken bundle.yaml, watched", ["--watch"], "bundle.yaml", "tenants: [demo\n"],
  ["a broken flow, watched", ["--watch"], "flows/half.ygtc", "nodes: [\n"],
])("%s keeps no secret out, and no webhook either", async (_what, args, file, text) => {
  bundle = await createTestBundle({}, { signatures: { github: { provider: "github", secret: "old-secret" } } });
  gateway = await startGtc(bundle.folder, args);
  await bundle.write(file, text);
  const from = gateway.output().length;
  const rotate = ["secrets", "rotate", "demo", "github", bundle.folder, "--secret-env", "NEW"];
  expect((await runGtc(rotate, { env: { NEW: "new-secret" } })).exitCode).toBe(0);
  await untilSaid("the last good version goes on, with the settings and secrets of now", from);
  // Two changes may have been told of one after the other: the rotation is the later one.
  await vi.waitFor(async () => expect((await post("new-secret")).status).toBe(202), { timeout: 10_000 });
  expect((await post("old-secret")).status).toBe(202);
  expect(gateway.output().slice(from)).toContain(file);
});

test("a bundle.yaml that is gone ends no tenant of a running gateway", async () => {
  bundle = await createTestBundle({}, { signatures: { github: { provider: "github", secret: "old-secret" } } });
  await using running = await TestGateway.start(bundle);
  await rm(join(bundle.folder, "bundle.yaml"));
  await running.gateway.reloadSetup();
  const headers = { "x-hub-signature-256": signGithub(BODY, "old-secret") };
  expect((await running.post("demo/github", BODY, headers)).status).toBe(202);
});

test("a tenant that there is not, or an overlap without an end, changes nothing", async () => {
  const github = { provider: "github", secret: "old-secret" };
  const own = { acme: { signatures: { github: { provider: "github", secret: "of-acme" } } } };
  bundle = await createTestBundle({}, { signatures: { github }, tenants: own }, ["demo", "acme"]);
  const settings = (): Promise<string> => readFile(join(bundle!.folder, "state", "settings.json"), "utf8");
  const before = await settings();
  const words = [bundle.folder, "--secret-env", "NEW"];
  const rotate = (tenant: string, ...more: readonly string[]): Promise<Ran> =>
    runGtc(["secrets", "rotate", tenant, "github", ...words, ...more], { env: { NEW: "new-secret" } });
  const mistyped = await rotate("acem");
  expect([mistyped.exitCode, mistyped.stderr]).toEqual([2, expect.stringContaining('Did you mean "acme"?')]);
  const removed = await runGtc(["secrets", "remove", "acem", "github", "default", bundle.folder]);
  expect([removed.exitCode, removed.stderr]).toEqual([2, expect.stringContaining('Did you mean "acme"?')]);
  const endless = await rotate("acme", "--overlap", "99999999999d");
  expect([endless.exitCode, endless.stderr]).toEqual([2, expect.stringContaining("longer than 3650 d")]);
  expect(await settings()).toBe(before);

  expect((await rotate("*")).exitCode).toBe(0);
  expect(await settings()).not.toBe(before);
  await bundle.write("bundle.yaml", "tenants: [\n");
  expect((await rotate("acme")).exitCode).toBe(0);
});

test("of several who change the setup at one moment, none takes back what another did", async () => {
  const types = ["a", "b", "c"];
  const entries = types.map((type) => [type, { provider: "github", secret: "old-secret" }]);
  const section = { enabled: true, public_base_url: "http://localhost:8080", signatures: Object.fromEntries(entries) };
  bundle = await createTestBundle({}, section);
  await bundle.write("answers.json", JSON.stringify({ "events-webhook": { ...section, require_signature: true } }));
  const answers = join(bundle.folder, "answers.json");
  const ran = await Promise.all([
    ...types.map((type) => runGtc(["secrets", "rotate", "demo", type, bundle!.folder, "--generate"])),
    runGtc(["setup", "--answers", answers, bundle.folder]),
  ]);
  expect(ran.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  const demo = (await bundle.load()).sources.get("demo");
  expect(demo?.requireSignature).toBe(true);
  for (const [index, type] of types.entries())
    expect(demo?.byType.get(type)?.keys.map(({ secret }) => secret)).toEqual([ran[index]!.stdout.trim(), "old-secret"]);
});
