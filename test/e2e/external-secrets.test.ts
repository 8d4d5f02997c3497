/** Secrets that are kept in the environment or in files: set up without them, read at every start, checked by doctor. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startGtc } from "../support/gtc-process.ts";
import { runGtc, type Ran } from "../support/run-gtc.ts";
import { RESPOND } from "../support/flows.ts";
import { createTestBundle, testConfig, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";
import { loadBundle } from "../../src/setup/index.ts";

const BODY = '{"a":1}';
const ENV = { ORDERS_SECRET: "orders-secret-of-the-environment" };
const SECTION = {
  enabled: true,
  public_base_url: "http://localhost:8080",
  secret_header: "X-Sig",
  secret_key: { env: "ORDERS_SECRET" },
  signatures: {
    respond: {
      header: "X-Sig",
      algorithm: "sha256",
      secrets: [{ name: "new", secret: { file: "respond.secret" } }, { env: "OLD" }],
    },
  },
};

let bundle: TestBundle;
beforeEach(async () => {
  bundle = await createTestBundle({ "respond.ygtc": RESPOND });
  await bundle.write("respond.secret", "respond-secret-of-the-file\n");
});
afterEach(() => bundle.remove());

const setUp = async (section: object, env: Readonly<Record<string, string>> = {}): Promise<Ran> => {
  await writeFile(join(bundle.folder, "answers.json"), JSON.stringify({ "events-webhook": section }));
  return runGtc(["setup", "--answers", "answers.json", "."], { cwd: bundle.folder, env });
};

const sign = (secret: string): string => createHmac("sha256", secret).update(BODY).digest("hex");

test("they need not be there at setup, which says so; none of them is written anywhere", async () => {
  const { exitCode, stderr, stdout } = await setUp(SECTION);
  expect(exitCode).toBe(0);
  expect(stderr).toContain("the variable ORDERS_SECRET is not set");
  expect(stdout).toContain("/events/webhook/demo/respond");
  const again = await setUp(SECTION, { ...ENV, OLD: "old-secret-of-before" });
  expect(again).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("nothing changed") as string });
  for (const file of ["settings.json", "secrets.json"]) {
    const text = await readFile(join(bundle.folder, "state", file), "utf8").catch(() => "");
    expect(text).not.toMatch(/secret-of-the|old-secret/);
  }
});

test("a start reads them from their places, and each verifies", async () => {
  await setUp(SECTION);
  const env = { ...ENV, OLD: "old-secret-of-before" };
  const loaded = await loadBundle(bundle.folder, { keyText: undefined, env, maxBodyBytes: testConfig().maxBodyBytes });
  await using gateway = await TestGateway.start({ ...bundle, load: async () => loaded }, {}, { env });
  const post = async (type: string, secret: string): Promise<number> =>
    (await gateway.post(`demo/${type}`, BODY, { "x-sig": sign(secret) })).status;
  expect(await post("respond", "respond-secret-of-the-file")).toBe(201);
  expect(await post("respond", "old-secret-of-before")).toBe(201);
  expect(await post("order.created", ENV.ORDERS_SECRET)).toBe(202);
  expect(await post("order.created", "respond-secret-of-the-file")).toBe(401);
  await bundle.write("respond.secret", "another-secret-of-the-file");
  await gateway.gateway.reloadSetup();
  expect(await post("respond", "another-secret-of-the-file")).toBe(201);
  // Whatever the reason to load again: what a file held before goes on for its overlap.
  expect(await post("respond", "respond-secret-of-the-file")).toBe(201);
  expect(await post("respond", "a-secret-that-never-was")).toBe(401);
});

test("a running gateway takes what a file holds anew; what it held before goes on for its overlap", async () => {
  const place = { file: "respond.secret" };
  const signatures = {
    respond: { header: "X-Sig", algorithm: "sha256", secret: place },
    strict: { header: "X-Sig", algorithm: "sha256", secret: { ...place, overlap: "0s" } },
  };
  await setUp({ ...SECTION, secret_header: undefined, secret_key: undefined, signatures });
  const gateway = await startGtc(bundle.folder);
  const post = async (type: string, secret: string): Promise<number> => {
    const url = `${gateway.url}/events/webhook/demo/${type}`;
    return (await fetch(url, { method: "POST", body: BODY, headers: { "x-sig": sign(secret) } })).status;
  };
  const said = async (text: string): Promise<void> => {
    while (!gateway.output().includes(text)) await once(gateway.child.stdout!, "data");
  };
  try {
    expect(await post("respond", "respond-secret-of-the-file")).toBe(201);
    await bundle.write("respond.secret", "another-secret-of-the-file\n");
    await said("Took over a secret");
    expect(await post("respond", "another-secret-of-the-file")).toBe(201);
    expect(await post("respond", "respond-secret-of-the-file")).toBe(201);
    expect(await post("strict", "another-secret-of-the-file")).toBe(202);
    expect(await post("strict", "respond-secret-of-the-file")).toBe(401);
    const { lines } = await runGtc(["secrets", "status", bundle.folder, "--json"]);
    expect(lines.map(({ event_type: type, secret, origin }) => [type, secret, origin])).toEqual([
      ["respond", "default", "answers"],
      ["respond", "default.replaced", "replaced"],
      ["strict", "default", "answers"],
    ]);
    expect(lines[1]).toMatchObject({ used_count: 1, advice: "ends", not_after: expect.any(String) as string });
    const removed = await runGtc(["secrets", "remove", "demo", "respond", "default.replaced", bundle.folder]);
    expect(removed.stderr).toContain("a restart of the gateway ends it");
    await rm(join(bundle.folder, "respond.secret"));
    await said("the last good version goes on");
    expect(await post("respond", "another-secret-of-the-file")).toBe(201);
    expect(gateway.output()).not.toContain("secret-of-the-file");
  } finally {
    await gateway.stop();
  }
});

test("a running gateway takes over what is set up as soon as the file is there that it names", async () => {
  const signature = { header: "X-Sig", algorithm: "sha256" };
  const withFile = (file: string): object => ({
    enabled: true,
    public_base_url: SECTION.public_base_url,
    signatures: { respond: { ...signature, secret: { file } } },
  });
  await setUp(withFile("respond.secret"));
  const gateway = await startGtc(bundle.folder);
  const post = async (secret: string): Promise<number> => {
    const headers = { "x-sig": sign(secret) };
    return (await fetch(`${gateway.url}/events/webhook/demo/respond`, { method: "POST", body: BODY, headers })).status;
  };
  const said = async (text: string): Promise<void> => {
    while (!gateway.output().includes(text)) await once(gateway.child.stdout!, "data");
  };
  try {
    await setUp(withFile("later.secret"));
    await said("the last good version goes on");
    expect(await post("respond-secret-of-the-file")).toBe(201);
    await bundle.write("later.secret", "a-secret-that-came-later\n");
    await said("Took over a secret");
    expect(await post("a-secret-that-came-later")).toBe(201);
    const lines = gateway.output().split("\n");
    expect(lines.filter((line) => line.includes("the last good version goes on"))).toHaveLength(1);
  } finally {
    await gateway.stop();
  }
});

test("a handshake that cannot be taken over, for want of another secret, leaves nothing: the provider can come again", async () => {
  const respond = { header: "X-Sig", algorithm: "sha256", secret: { file: "respond.secret" } };
  await bundle.setup({ signatures: { asana: { provider: "asana" }, respond } });
  await using gateway = await TestGateway.start(bundle);
  const shake = async (secret: string): Promise<number> =>
    (await gateway.post("demo/asana", "{}", { "x-hook-secret": secret })).status;
  await rm(join(bundle.folder, "respond.secret"));
  expect(await shake("handed-over-in-vain")).toBe(500);
  await bundle.write("respond.secret", "respond-secret-of-the-file\n");
  expect(await shake("handed-over-again")).toBe(200);
  expect(await shake("of-somebody-else")).toBe(401);
});

test("start refuses and doctor shows every one that cannot be read", async () => {
  await setUp(SECTION);
  await rm(join(bundle.folder, "respond.secret"));
  const started = await runGtc(["start", "."], { cwd: bundle.folder, env: { ORDERS_SECRET: "" } });
  expect(started.exitCode).toBe(4);
  expect(started.stderr).toContain("GTC_SECRET_UNRESOLVED");
  const { lines, exitCode } = await runGtc(["doctor", ".", "--json"], { cwd: bundle.folder });
  expect(exitCode).toBe(1);
  const finding = lines.find(({ check }) => check === "setup");
  expect(finding).toMatchObject({ level: "error" });
  for (const part of [
    "*/*/default: the variable ORDERS_SECRET is not set",
    "*/respond/new: the file",
    "the variable OLD is not set",
  ])
    expect(String(finding?.["message"])).toContain(part);
});

test("a secret that its scheme cannot use is said before the start", async () => {
  await setUp({ ...SECTION, signatures: { hook: { provider: "standard-webhooks", secret: { env: "HOOK" } } } });
  const { stdout } = await runGtc(["doctor", "."], { cwd: bundle.folder, env: { ...ENV, HOOK: "whsec_%%%" } });
  expect(stdout).toContain("*/hook/default: ");
  expect(stdout).not.toContain("whsec_%%%");
});

test.each([
  [{ env: "ORDERS-SECRET" }],
  [{ env: 1 }],
  [{ file: "" }],
  [{ env: "A", file: "b" }],
  [{ env: "A", more: true }],
  [{ env: "A", overlap: "1h" }],
])("the place %j is a fault of the answers", async (secret) => {
  const { exitCode, stderr } = await setUp({
    ...SECTION,
    signatures: { hook: { header: "X", algorithm: "sha256", secret } },
  });
  expect(exitCode).toBe(3);
  expect(stderr).toContain('{ "env": "NAME" } or { "file": "/run/secrets/name" }');
});
