/** What `gtc setup` says of a bundle whose answers are in order and whose other files may not be. */
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runGtc, type Ran } from "../../test/support/run-gtc.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";

const FLOW =
  "name: f\nnodes: [{ id: a, type: script, config: { script: '1' } }]\ntriggers: [{ type: event, event_type: order }]\n";
const HEAD = 'schema_version: "1"\nbundle_id: q\nname: Q\n';
const ANSWERS = { enabled: true, public_base_url: "https://hooks.example.com" };
const UNTRUE = /"enabled" is false|No flow names an event type/;

let bundle: TestBundle;
beforeEach(async () => {
  bundle = await createTestBundle({ "f.yaml": FLOW });
});
afterEach(() => bundle.remove());

async function setup(answers: object, ...words: readonly string[]): Promise<Ran> {
  await bundle.write("answers.json", JSON.stringify({ "events-webhook": answers }));
  return runGtc(["setup", "--answers", join(bundle.folder, "answers.json"), bundle.folder, ...words]);
}

test.each([
  ["tenants that are no list", `${HEAD}tenants: demo\n`],
  ["a version that is not known", 'schema_version: "2"\nbundle_id: q\nname: Q\n'],
  ["nothing in it", ""],
  ["no YAML", "[1"],
  ["no tenant", `${HEAD}tenants: []\n`],
  ["a tenant twice", `${HEAD}tenants: [demo, demo]\n`],
])("a bundle.yaml with %s is shown with its place, and nothing is written", async (_what, text) => {
  const settings = join(bundle.folder, "state");
  await bundle.remove();
  await bundle.write("bundle.yaml", text);
  const { exitCode, stdout, stderr } = await setup(ANSWERS);
  expect(exitCode).toBe(3);
  expect(stdout).toBe("");
  expect(stderr).toContain("[GTC_BUNDLE_INVALID]");
  expect(stderr).toContain(`${join(bundle.folder, "bundle.yaml")}:`);
  expect(stderr).not.toMatch(UNTRUE);
  await expect(access(settings)).rejects.toThrow("ENOENT");
  const asJson = await setup(ANSWERS, "--json");
  expect(asJson).toMatchObject({ exitCode: 3, stdout: "" });
  expect(JSON.parse(asJson.stderr)).toMatchObject({
    error: { code: "GTC_BUNDLE_INVALID", diagnostics: [{ file: join(bundle.folder, "bundle.yaml") }] },
  });
});

test("a template for a bundle whose tenants are not known is not written", async () => {
  await bundle.write("bundle.yaml", `${HEAD}tenants: demo\n`);
  const { exitCode, stdout } = await runGtc(["setup", "--emit-answers", "-", bundle.folder]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
});

test("faults of flow files are a warning that names them, and are counted and listed as JSON", async () => {
  await bundle.write("flows/f.yaml", FLOW.replace("script,", "scrip,"));
  const inWords = await setup(ANSWERS);
  expect(inWords).toMatchObject({ exitCode: 0, stdout: "" });
  expect(inWords.stderr).toContain("! Flow files have 1 fault(s)");
  expect(inWords.stderr).not.toMatch(UNTRUE);
  const { exitCode, lines } = await setup(ANSWERS, "--json");
  expect(exitCode).toBe(0);
  expect(lines).toMatchObject([
    { urls: [], faults: 1, diagnostics: [{ code: "unknown-node-type", file: join(bundle.folder, "flows/f.yaml") }] },
  ]);
});

test("a sound bundle has no faults, also as JSON", async () => {
  const { stderr, lines } = await setup(ANSWERS, "--json");
  expect(stderr).toBe("");
  expect(lines).toMatchObject([{ urls: [{ event_type: "order" }], faults: 0, diagnostics: [] }]);
});

test("webhooks that are switched off are not said to be stored, neither by setup nor by urls", async () => {
  const { exitCode, stdout, stderr } = await setup({ ...ANSWERS, enabled: false });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  expect(stderr).toContain('! "enabled" is false: every webhook is answered with 404.');
  const urls = await runGtc(["urls", bundle.folder]);
  expect(urls.stdout).toBe('"enabled" is false: every webhook is answered with 404.\n');
});

test("a bundle without a flow is said to store what comes", async () => {
  await bundle.write("flows/f.yaml", FLOW.replace("event_type: order", 'event_type: "*"'));
  expect((await setup(ANSWERS)).stdout).toContain("No flow names an event type yet, other than by a pattern");
});

test("a faulty gtc.yaml is told before anything is written", async () => {
  const settings = join(bundle.folder, "state", "settings.json");
  const before = await readFile(settings, "utf8");
  await bundle.write("gtc.yaml", "prot: 9000\n");
  const { exitCode, stderr } = await setup({ ...ANSWERS, require_signature: true });
  expect([exitCode, stderr]).toEqual([3, expect.stringContaining("GTC_CONFIG_INVALID")]);
  expect(await readFile(settings, "utf8")).toBe(before);
});

test("--dry-run and doctor make no key; setup does with the first secret", async () => {
  const key = join(bundle.folder, "state", "secret.key");
  const signed = { ...ANSWERS, signatures: { order: { provider: "github", secret: "s3cret-of-github" } } };
  await setup(signed, "--dry-run");
  await runGtc(["doctor", bundle.folder]);
  await setup(ANSWERS);
  await expect(access(key)).rejects.toThrow("ENOENT");
  await setup(signed);
  await access(key);
  expect((await bundle.load()).sources.get("demo")?.byType.get("order")?.keys[0]?.secret).toBe("s3cret-of-github");
});

test("urls shows what is known beside a faulty flow, then the fault", async () => {
  await setup({ ...ANSWERS, signatures: { push: { provider: "github", secret: "s3cret-of-github" } } });
  await bundle.write("flows/f.yaml", FLOW.replace("script,", "scrip,"));
  const { exitCode, lines, stderr } = await runGtc(["urls", bundle.folder, "--json"]);
  expect(lines).toMatchObject([{ event_type: "push", verified: true }]);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: "GTC_BUNDLE_INVALID" } });
  const inWords = await runGtc(["urls", bundle.folder]);
  expect(inWords.stdout).toContain("/events/webhook/demo/push");
  expect([exitCode, inWords.exitCode]).toEqual([3, 3]);
  await setup(ANSWERS);
  expect((await runGtc(["urls", bundle.folder])).stdout).toBe("");
});

test("what becomes of requests that no row is about is said as it is", async () => {
  await bundle.write("flows/f.yaml", FLOW.replace("event_type: order", 'event_type: "*"'));
  const refused = await setup({ ...ANSWERS, require_signature: true });
  expect(refused.stdout).toContain("Every request is refused");
  const signed = await setup({ ...ANSWERS, secret_header: "X-Sig", secret_key: "s3cret-for-all-types" });
  expect(signed.stdout).toContain("Any signed POST to");
});

test("the advice for a bundle without a setup can be pasted, its details are the paths themselves", async () => {
  const folder = join(bundle.folder, "a b");
  await runGtc(["init", folder]);
  const { stderr } = await runGtc(["urls", folder, "--json"]);
  expect(JSON.parse(stderr)).toMatchObject({
    error: {
      fix: `Run \`gtc setup --answers '${join(folder, "answers.json")}' '${folder}'\` first.`,
      details: { path: folder, answers: join(folder, "answers.json"), folder },
    },
  });
});

test("a template knows the bundle in which it is asked for", async () => {
  await bundle.write("bundle.yaml", `${HEAD}tenants: [acme]\n`);
  const inside = await runGtc(["setup", "--emit-answers", "t.json", "--advanced"], { cwd: bundle.folder });
  expect(inside.stderr).toContain("gtc setup --answers t.json .\n");
  expect(await readFile(join(bundle.folder, "t.json"), "utf8")).toContain('"acme"');
  const beside = await runGtc(["setup", "--emit-answers", "-", "--advanced"], { cwd: join(bundle.folder, "flows") });
  expect([beside.exitCode, beside.stdout]).toEqual([0, expect.stringContaining('"demo"')]);
});
