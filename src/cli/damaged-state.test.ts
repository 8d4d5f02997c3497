/** What gtc wrote and finds again in another state: each time it is said what happened, and what is said helps. */
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runGtc } from "../../test/support/run-gtc.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";

const ANSWERS = {
  enabled: true,
  public_base_url: "http://localhost:8080",
  signatures: { push: { provider: "github", secret: "a secret of twenty-nine chars" } },
};
let bundle: TestBundle;
beforeEach(async () => {
  bundle = await createTestBundle({}, ANSWERS);
  await bundle.write("answers.json", JSON.stringify({ "events-webhook": ANSWERS }));
});
afterEach(() => bundle.remove());

const state = (name: string): string => join(bundle.folder, "state", name);
const setup = (): ReturnType<typeof runGtc> =>
  runGtc(["setup", "--answers", join(bundle.folder, "answers.json"), bundle.folder]);

test.each([
  ["settings.json", "no JSON at all", "[GTC_STATE_DAMAGED]", "it is no JSON"],
  ["settings.json", '{"format": 1, "enabled": "yes"}', "[GTC_STATE_DAMAGED]", "enabled is not what was written"],
  ["settings.json", '{"format": 2}', "[GTC_LOG_FORMAT]", "was written in format 2, but this gtc reads up to 1"],
  ["secrets.json", '{"format": 1, "sal', "[GTC_STATE_DAMAGED]", "it is no JSON"],
  ["secrets.json", '{"format": 7}', "[GTC_LOG_FORMAT]", "was written in format 7, but this gtc reads up to 1"],
])("%s with %j", async (name, content, code, message) => {
  await writeFile(state(name), content);
  const { exitCode, stderr } = await runGtc(["start", bundle.folder, "--port", "0"]);
  expect(stderr).toContain(code);
  expect(stderr).toContain(state(name));
  expect(stderr).toContain(message);
  expect(exitCode).toBe(4);
});

test("doing as the message says mends damaged settings", async () => {
  await writeFile(state("settings.json"), "{");
  expect((await setup()).stderr).toContain("remove it and run `gtc setup` again");
  await rm(state("settings.json"));
  expect(await setup()).toMatchObject({ exitCode: 0 });
});

test("doing as the message says mends a lost key, also after a rotation", async () => {
  await runGtc(["secrets", "rotate", "demo", "push", bundle.folder, "--generate"]);
  await rm(state("secret.key"));
  expect((await setup()).stderr).toContain("remove state/secrets.json and run `gtc setup` again");
  await rm(state("secrets.json"));
  expect(await setup()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("GitHub") as string });
  const { lines } = await runGtc(["secrets", "status", bundle.folder, "--json"]);
  expect(lines.map(({ secret }) => secret)).toEqual(["default"]);
  expect((await bundle.load()).sources.get("demo")?.byType.get("push")?.keys).toHaveLength(1);
});

test("a folder in the place of a journal's segment is named", async () => {
  const path = state("log/0000000000009999.journal");
  await mkdir(path, { recursive: true });
  const { exitCode, stderr } = await runGtc(["events", "list", bundle.folder]);
  expect(stderr).toContain(`EISDIR: illegal operation on a directory, read (${path})`);
  expect(exitCode).toBe(4);
});

test("a state folder that cannot be looked into ends start with a message, not with a stack", async () => {
  await rm(join(bundle.folder, "state"), { recursive: true });
  await symlink("state", join(bundle.folder, "state"));
  const { exitCode, stderr } = await runGtc(["start", bundle.folder, "--port", "0"]);
  expect(stderr).toContain("[GTC_SYSTEM]");
  expect(stderr).not.toContain("    at ");
  expect(exitCode).toBe(4);
});

test("events that cannot be looked at are not said to be none", async () => {
  await rm(join(bundle.folder, "state", "log"), { recursive: true, force: true });
  await symlink("log", join(bundle.folder, "state", "log"));
  const { exitCode, stdout, stderr } = await runGtc(["events", "list", bundle.folder]);
  expect(stdout).toBe("");
  expect(stderr).toContain("ELOOP");
  expect(exitCode).toBe(4);
});
