import { cp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runGtc, type Ran } from "../../test/support/run-gtc.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";
import { SealedStore } from "../secret/index.ts";
import { openSetup } from "./open-setup.ts";

const FIXTURES = new URL("../../test/fixtures/", import.meta.url);
let bundle: TestBundle;

beforeEach(async () => {
  bundle = await createTestBundle({});
});
afterEach(() => bundle.remove());

/** `gtc setup` in the bundle's folder. */
function setup(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return runGtc(["setup", ...words, "."], { cwd: bundle.folder, env });
}

async function stateText(): Promise<string> {
  const state = join(bundle.folder, "state");
  const names = (await readdir(state)).filter((name) => name !== "secret.key");
  return (await Promise.all(names.map((name) => readFile(join(state, name), "utf8")))).join("\n");
}

test("the page's answers give the table of URLs, and their secrets are nowhere in clear", async () => {
  await cp(new URL("answers.signatures.json", FIXTURES), join(bundle.folder, "answers.json"));
  const { exitCode, stdout } = await setup(["--answers", "answers.json"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("https://your-domain.com/events/webhook/demo/github");
  expect(stdout).toContain("https://your-domain.com/events/webhook/demo/stripe");
  const written = await stateText();
  expect(written).not.toContain("your-github-secret");
  expect(written).not.toContain("whsec_xxx");
  const { sources } = await bundle.load();
  expect(sources.get("demo")?.byType.get("github")?.keys[0]?.secret).toBe("your-github-secret");
});

test("the same answers again change nothing, also not on disk", async () => {
  await cp(new URL("answers.signatures.json", FIXTURES), join(bundle.folder, "answers.json"));
  const [first, second] = [await setup(["--answers", "answers.json", "--json"]), await stateText()];
  const third = await setup(["--answers", "answers.json", "--json"]);
  expect(first.lines).toMatchObject([{ changed: true }]);
  expect(third.lines).toMatchObject([{ changed: false, urls: [{ event_type: "github" }, { event_type: "stripe" }] }]);
  expect(await stateText()).toBe(second);
});

test("what setup writes can be read by its owner only", async () => {
  const state = join(bundle.folder, "state");
  for (const name of await readdir(state)) expect((await stat(join(state, name))).mode & 0o077).toBe(0);
});

test("--dry-run shows the URLs as they would become, and writes nothing", async () => {
  await cp(new URL("answers.signatures.json", FIXTURES), join(bundle.folder, "answers.json"));
  const before = await stateText();
  const { exitCode, stdout, stderr } = await setup(["--answers", "answers.json", "--dry-run"]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain("2 secret(s). They would change the bundle. Nothing was written (--dry-run).");
  expect(stdout).toMatch(
    /github +https:\/\/your-domain\.com\/events\/webhook\/demo\/github +hmac-sha256, header X-Hub-Signature-256/,
  );
  const { lines } = await setup(["--answers", "answers.json", "--dry-run", "--json"]);
  expect(lines).toMatchObject([
    { changed: true, dry_run: true, urls: [{ event_type: "github", verified: true }, { event_type: "stripe" }] },
  ]);
  expect(await stateText()).toBe(before);
});

test.each([
  ["another URL", { public_base_url: "https://b.example" }],
  ["another secret", { secret: "another-long-secret" }],
  ["another name of a secret", { type: "gitlab" }],
  ["the same", {}],
])("--dry-run says of %s whether it would change anything, as setup itself then finds it", async (_what, change) => {
  const answersOf = ({ public_base_url = "https://a.example", secret = "a-long-secret", type = "github" }): string => {
    const signatures = { [type]: { header: "X-Sig", algorithm: "sha256", secret } };
    return JSON.stringify({ "events-webhook": { enabled: true, public_base_url, signatures } });
  };
  await bundle.write("answers.json", answersOf({}));
  await setup(["--answers", "answers.json"]);
  await bundle.write("answers.json", answersOf(change));
  const [foreseen] = (await setup(["--answers", "answers.json", "--dry-run", "--json"])).lines;
  const [done] = (await setup(["--answers", "answers.json", "--json"])).lines;
  expect(done).toMatchObject({ changed: Object.keys(change).length > 0, dry_run: false });
  expect(foreseen).toEqual({ ...done, dry_run: true });
  const again = await setup(["--answers", "answers.json", "--dry-run"]);
  expect(again.stderr).toContain("The bundle is set up like this already. Nothing was written (--dry-run).");
});

test("--dry-run of a bundle that was never set up would change it", async () => {
  await cp(new URL("answers.signatures.json", FIXTURES), join(bundle.folder, "answers.json"));
  await rm(join(bundle.folder, "state"), { recursive: true });
  const { lines } = await setup(["--answers", "answers.json", "--dry-run", "--json"]);
  expect(lines).toMatchObject([{ changed: true, dry_run: true }]);
  expect(await readdir(bundle.folder)).not.toContain("state");
});

test("faulty answers end with 3, tell every fault, and change nothing", async () => {
  await bundle.write("answers.yaml", "events-webhook:\n  enabled: 1\n  public_base_url: hooks\n");
  const before = await stateText();
  const { exitCode, stderr } = await setup(["--answers", "answers.yaml"]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain("✗ answers.yaml:2:3 $.events-webhook.enabled must be true or false");
  expect(stderr).toContain('✗ answers.yaml:3:3 $.events-webhook.public_base_url "hooks" is no URL');
  expect(await stateText()).toBe(before);
});

test("answers that leave a signature out say that it is no longer checked", async () => {
  await cp(new URL("answers.signatures.json", FIXTURES), join(bundle.folder, "answers.json"));
  expect((await setup(["--answers", "answers.json"])).stderr).not.toContain("Verified until now");
  const fewer = '{"events-webhook": {"enabled": true, "public_base_url": "https://a.example"}}';
  await bundle.write("answers.json", fewer);
  for (const more of [["--dry-run"], []])
    expect((await setup(["--answers", "answers.json", ...more])).stderr).toContain(
      "! Verified until now, but not by these answers: demo/github, demo/stripe.",
    );
  expect((await setup(["--answers", "answers.json"])).stderr).not.toContain("Verified until now");
});

test("what a bundle without a setup is told can be pasted: it names the answers that lie in it", async () => {
  const folder = join(bundle.folder, "new");
  await runGtc(["init", folder]);
  const { stderr } = await runGtc(["start", "new"], { cwd: bundle.folder });
  const [, words = ""] = /`gtc (setup [^`]*)`/.exec(stderr) ?? [];
  expect(await runGtc(words.split(" "), { cwd: bundle.folder })).toMatchObject({ exitCode: 0 });
  await rm(join(folder, "answers.json"));
  await rm(join(folder, "state"), { recursive: true });
  expect((await runGtc(["urls", folder])).stderr).toContain(`gtc setup --answers answers.json ${folder}`);
});

test("answers that are not there are said to be so, with how to get a template", async () => {
  const { exitCode, stderr } = await setup(["--answers", "nowhere.json"]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain("✗ $ nowhere.json cannot be read: ENOENT");
  expect(stderr).toContain("`gtc setup --emit-answers FILE` writes a template");
});

test("answers that are not UTF-8 are said to be so", async () => {
  await writeFile(join(bundle.folder, "answers.json"), Buffer.from("\ufeff{}", "utf16le"));
  const { exitCode, stderr } = await setup(["--answers", "answers.json"]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain("✗ $ the file is not UTF-8");
});

test("with --json the faults are JSON", async () => {
  await bundle.write("answers.json", '{"events-webhook": {"enabled": true}}');
  const { stderr } = await setup(["--answers", "answers.json", "--json"]);
  expect(JSON.parse(stderr)).toMatchObject({
    error: {
      code: "GTC_ANSWERS_INVALID",
      faults: [{ path: "$.events-webhook.public_base_url", message: "is missing" }],
    },
  });
});

test("answers come from standard input too", async () => {
  const stdin = await readFile(new URL("answers.minimal.json", FIXTURES), "utf8");
  expect(await runGtc(["setup", "--answers", "-", bundle.folder], { stdin })).toMatchObject({ exitCode: 0 });
  expect((await bundle.load()).publicBaseUrl).toBe("https://your-domain.ngrok-free.app");
});

test("without answers and without a terminal it says how to give them", async () => {
  const { exitCode, stderr } = await setup(["--non-interactive"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("--emit-answers");
});

const TEMPLATE_SECRETS = {
  GITHUB_WEBHOOK_SECRET: "a",
  STRIPE_WEBHOOK_SECRET: "whsec_b",
  WEBHOOK_SECRET: "c",
  ORDERS_SECRET: "d",
};

test.each([[[]], [["--advanced"]]])("a template (%j) becomes valid once its variables are set", async (words) => {
  const emitted = await setup(["--emit-answers", "template.json", ...words]);
  expect(emitted.exitCode).toBe(0);
  expect(await setup(["--answers", "template.json"], TEMPLATE_SECRETS)).toMatchObject({ exitCode: 0 });
  expect(emitted.stderr).toContain("gtc setup --answers template.json .\n");
  const again = await setup(["--emit-answers", "template.json"]);
  expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("already there") as string });
});

test("a template for a bundle names one of its tenants", async () => {
  const bundleYaml = 'schema_version: "1"\nbundle_id: shop\nname: Shop\ntenants: [acme]\n';
  await writeFile(join(bundle.folder, "bundle.yaml"), bundleYaml);
  await setup(["--emit-answers", "template.json", "--advanced"]);
  expect(await setup(["--answers", "template.json"], TEMPLATE_SECRETS)).toMatchObject({ exitCode: 0 });
});

test("a template that cannot be written is a refusal of the system, and --advanced alone is none of setup", async () => {
  const refused = await setup(["--emit-answers", "nowhere/answers.json"]);
  expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining("GTC_SYSTEM") as string });
  expect(await setup(["--advanced"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("--advanced goes with --emit-answers") as string,
  });
});

test.each([[["--dry-run"]], [["--answers", "answers.json"]], [["--answers", ""]], [["--json"]]])(
  "a template goes with no option of a setup (%j), and none is written then",
  async (words) => {
    const refused = await setup(["--emit-answers", "template.json", ...words]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(`--emit-answers FILE does not go with ${words[0]}`);
    expect(await readdir(bundle.folder)).not.toContain("template.json");
  },
);

test("the secrets open with the GTC_KEY that sealed them and with no other", async () => {
  const fresh = await createTestBundle({});
  await fresh.write("answers.json", await readFile(new URL("answers.signatures.json", FIXTURES), "utf8"));
  await rm(join(fresh.folder, "state"), { recursive: true });
  const words = ["setup", "--answers", join(fresh.folder, "answers.json"), fresh.folder];
  expect(await runGtc(words, { env: { GTC_KEY: "correct horse battery staple" } })).toMatchObject({ exitCode: 0 });
  const doctor = (key: string): Promise<Ran> =>
    runGtc(["doctor", fresh.folder], { env: { GTC_KEY: key, GTC_PORT: "0", GTC_ADMIN_PORT: "0" } });
  expect((await doctor("correct horse battery staple")).stdout).toContain(
    "the secrets of 2 signature(s) can be opened",
  );
  expect((await doctor("another horse battery staple")).stdout).toContain("The sealed secrets cannot be opened");
  // Where requests come and how they are verified is no secret.
  const urls = await runGtc(["urls", fresh.folder, "--json"], { env: { GTC_KEY: "another horse battery staple" } });
  expect(urls.lines).toHaveLength(2);
  await fresh.remove();
});

test("a secret whose removal was cut short before its sealed form went is gone with the next change", async () => {
  await bundle.setup({ signatures: { github: { provider: "github", secret: "a-good-secret-of-github" } } });
  const state = { folder: join(bundle.folder, "state"), keyText: undefined };
  const secrets = new Map((await openSetup(bundle.folder, undefined)).secrets);
  await (await SealedStore.open(state)).replaceAll(secrets.set("*/github/removed", "the-secret-that-was-removed"));
  expect(await runGtc(["secrets", "rotate", "demo", "github", bundle.folder, "--generate"])).toMatchObject({
    exitCode: 0,
  });
  expect((await SealedStore.open(state)).names()).toEqual(["*/github/default", expect.stringMatching(/\/20\d\d-/)]);
});
