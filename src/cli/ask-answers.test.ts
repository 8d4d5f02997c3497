/** The dialog of `gtc setup`, with someone at the keyboard. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runGtc, type Ran } from "../../test/support/run-gtc.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";

const ENTER = "\r";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const CLEAR = "\u0015";

let bundle: TestBundle;
beforeEach(async () => {
  bundle = await createTestBundle({});
});
afterEach(() => bundle.remove());

/** Runs the dialog and answers each question, in this order, once it is on the screen. */
function answer(...script: readonly (readonly [question: string, keys: string])[]): Promise<Ran> {
  const left = [...script];
  let seen = 0;
  return runGtc(["setup", "."], {
    cwd: bundle.folder,
    env: { HOOK_SECRET: "hook-secret-of-the-environment" },
    person: (screen, type) => {
      const [next] = left;
      const at = next === undefined ? -1 : screen.indexOf(next[0], seen);
      if (next === undefined || at === -1) return;
      seen = screen.length;
      left.shift();
      // The prompt listens once it has drawn itself.
      setImmediate(() => type(next[1]));
    },
  });
}

test("a provider by a part of its name and a scheme of one's own, with good defaults, become the settings", async () => {
  const ran = await answer(
    ["Public URL", ENTER],
    ["Verify the signatures", ENTER],
    ["Who sends?", "github"],
    ["github", ENTER],
    ["Event type", ENTER],
    ["Secret", `secret-of-github-1${ENTER}`],
    ["another sender?", ENTER],
    ["Who sends?", "another"],
    ["another", ENTER],
    ["Event type", ENTER],
    ["Header", ENTER],
    ["Secret", `$HOOK_SECRET${ENTER}`],
    ["another sender?", "n"],
  );
  expect(ran).toMatchObject({ exitCode: 0 });
  expect(ran.stdout).not.toContain("secret-of-github-1");
  const { publicBaseUrl, sources } = await bundle.load();
  expect(publicBaseUrl).toBe("http://localhost:8080");
  const byType = sources.get("demo")!.byType;
  expect([...byType].map(([type, { keys }]) => [type, keys[0]!.secret])).toEqual([
    ["github", "secret-of-github-1"],
    ["order.created", "hook-secret-of-the-environment"],
  ]);
});

test("a URL that setup would refuse is refused at once", async () => {
  const ran = await answer(
    ["Public URL", `${CLEAR}http://example.com${ENTER}`],
    ["must be https", `${CLEAR}https://example.com${ENTER}`],
    ["Verify the signatures", "n"],
  );
  expect(ran).toMatchObject({ exitCode: 0 });
  expect((await bundle.load()).publicBaseUrl).toBe("https://example.com");
});

test("of a bundle that is set up, the dialog changes what it asks for and leaves the rest", async () => {
  await bundle.setup({
    public_base_url: "https://old.example",
    require_signature: true,
    secret_header: "X-Sig",
    secret_key: "the-key-of-all-the-others",
    signatures: {
      github: { provider: "github", secret: "the-old-secret-of-github" },
      stripe: { provider: "stripe", secret: "whsec_of_stripe_1" },
    },
    tenants: { demo: { max_body_bytes: 77 } },
  });
  const ran = await answer(
    ["Already verified, and kept: github, stripe.", ""],
    ["https://old.example", `${CLEAR}https://new.example${ENTER}`],
    ["another sender?", ENTER],
    ["Who sends?", "github"],
    ["github", ENTER],
    ["Event type", ENTER],
    ["Secret", `the-new-secret-of-github${ENTER}`],
    ["another sender?", "n"],
  );
  expect(ran).toMatchObject({ exitCode: 0 });
  const { publicBaseUrl, sources } = await bundle.load();
  const demo = sources.get("demo");
  expect(publicBaseUrl).toBe("https://new.example");
  expect(demo).toMatchObject({ requireSignature: true, maxBodyBytes: 77 });
  expect(demo?.fallback?.keys[0]?.secret).toBe("the-key-of-all-the-others");
  expect([...(demo?.byType ?? [])].map(([type, { keys }]) => [type, keys.map(({ secret }) => secret)])).toEqual([
    ["github", ["the-new-secret-of-github"]],
    ["stripe", ["whsec_of_stripe_1"]],
  ]);
});

test("an event type and a secret that setup would refuse are refused at once", async () => {
  const ran = await answer(
    ["Public URL", ENTER],
    ["Verify the signatures", ENTER],
    ["Who sends?", "github"],
    ["github", ENTER],
    ["Event type", `${CLEAR}a b${ENTER}`],
    ["is no event type", `${CLEAR}github${ENTER}`],
    ["Secret", `$NOT_SET${ENTER}`],
    ["NOT_SET is not set", `${CLEAR}$HOOK_SECRET${ENTER}`],
    ["another sender?", "n"],
  );
  expect(ran).toMatchObject({ exitCode: 0 });
  const [key] = (await bundle.load()).sources.get("demo")?.byType.get("github")?.keys ?? [];
  expect(key?.secret).toBe("hook-secret-of-the-environment");
});

test("what was switched off stays so unless that is answered", async () => {
  await bundle.setup({ enabled: false });
  await answer(["Public URL", ENTER], ["switched off", ENTER], ["Verify the signatures", "n"]);
  expect([...(await bundle.load()).sources.keys()]).toEqual([]);
  await answer(["Public URL", ENTER], ["switched off", "y"], ["Verify the signatures", "n"]);
  expect([...(await bundle.load()).sources.keys()]).toEqual(["demo"]);
});

test("tenants that receive nothing are not switched on beside one that does", async () => {
  await bundle.remove();
  bundle = await createTestBundle({}, {}, ["demo", "acme"]);
  await bundle.write(
    "demo.yaml",
    "tenant: demo\nsetup_answers: { events-webhook: { enabled: true, public_base_url: http://localhost } }\n",
  );
  await bundle.setup({ enabled: false });
  await runGtc(["setup", "--answers", "demo.yaml", "."], { cwd: bundle.folder });
  const ran = await answer(["Public URL", ENTER], ["Verify the signatures", "n"]);
  expect(ran.exitCode).toBe(0);
  expect([...(await bundle.load()).sources.keys()]).toEqual(["demo"]);
});

test("leaving changes nothing", async () => {
  const settings = join(bundle.folder, "state", "settings.json");
  const before = await readFile(settings, "utf8");
  const ran = await answer(["Public URL", `${CLEAR}https://example.com${ENTER}`], ["Verify the signatures", CTRL_C]);
  expect(ran).toMatchObject({ exitCode: 130, stderr: expect.stringContaining("GTC_DIALOG_LEFT") as string });
  expect(await readFile(settings, "utf8")).toBe(before);
});

test.each(["pub/sub", "salesforce"])("of %s, which needs more than a secret, that is said at once", async (typed) => {
  const ran = await answer(
    ["Public URL", ENTER],
    ["Verify the signatures", ENTER],
    ["Who sends?", typed],
    [typed, ENTER],
    ["It needs more than a secret", CTRL_C],
  );
  expect(ran).toMatchObject({ exitCode: 130 });
  expect(ran.stdout).not.toContain("Event type");
});

test("with --json nothing is asked: what is printed is one JSON text", async () => {
  const ran = await runGtc(["setup", ".", "--json"], { cwd: bundle.folder, person: () => undefined });
  expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
  expect(JSON.parse(ran.stderr)).toMatchObject({ error: { code: "GTC_USAGE" } });
});

test("Ctrl-D leaves the dialog like Ctrl-C, and nothing is written", async () => {
  const settings = await readFile(join(bundle.folder, "state/settings.json"));
  const ran = await answer(["Public URL", ENTER], ["Verify the signatures", ENTER], ["Who sends?", CTRL_D]);
  expect(ran).toMatchObject({ exitCode: 130 });
  expect(ran.stderr).toContain("GTC_DIALOG_LEFT");
  expect(await readFile(join(bundle.folder, "state/settings.json"))).toEqual(settings);
});

test("a header that no request can have is refused where it is asked for, not at the secret", async () => {
  const ran = await answer(
    ["Public URL", ENTER],
    ["Verify the signatures", ENTER],
    ["Who sends?", "another"],
    ["another", ENTER],
    ["Event type", ENTER],
    ["Header", `${CLEAR}X Acme${ENTER}`],
    ["must be the name of a header", `${CLEAR}X-Acme${ENTER}`],
    ["Secret", `secret-of-orders-1${ENTER}`],
    ["another sender?", "n"],
  );
  expect(ran).toMatchObject({ exitCode: 0 });
  expect(ran.stdout).toContain("hmac-sha256, header X-Acme");
});

test("an event type that was given before takes no other secret in silence", async () => {
  const ran = await answer(
    ["Public URL", ENTER],
    ["Verify the signatures", ENTER],
    ["Who sends?", "github"],
    ["github", ENTER],
    ["Event type", ENTER],
    ["Secret", `secret-of-github-1${ENTER}`],
    ["another sender?", ENTER],
    ["Who sends?", "github"],
    ["github", ENTER],
    ["Event type", ENTER],
    ["was given above", `${CLEAR}github.second${ENTER}`],
    ["Secret", `secret-of-github-2${ENTER}`],
    ["another sender?", "n"],
  );
  expect(ran).toMatchObject({ exitCode: 0 });
  const byType = (await bundle.load()).sources.get("demo")!.byType;
  expect([...byType].map(([type, { keys }]) => [type, keys[0]!.secret])).toEqual([
    ["github", "secret-of-github-1"],
    ["github.second", "secret-of-github-2"],
  ]);
});
