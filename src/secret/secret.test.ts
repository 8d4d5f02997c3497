import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SealedStore, Secret } from "./index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gtc-secret-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (keyText?: string): Promise<SealedStore> => SealedStore.open({ folder, keyText });

test("a secret shows itself only when it is asked to", () => {
  const secret = new Secret("whsec_1");
  expect([String(secret), JSON.stringify({ secret }), inspect({ secret })].join(" ")).not.toContain("whsec_1");
  expect(secret.reveal()).toBe("whsec_1");
});

test("what is sealed comes back after reopening, and is nowhere in clear", async () => {
  await (await open()).replaceAll(new Map([["demo/github", "top-secret-text"]]));
  expect((await open()).get("demo/github").reveal()).toBe("top-secret-text");
  expect(await readFile(join(folder, "secrets.json"), "utf8")).not.toContain("top-secret-text");
});

test.skipIf(process.getuid?.() !== 0)(
  "what root writes belongs to the folder's owner, who runs the gateway",
  async () => {
    await chown(folder, 65_534, 65_534);
    await (await open()).replaceAll(new Map([["a", "b"]]));
    for (const name of ["secret.key", "secrets.json"]) expect((await stat(join(folder, name))).uid).toBe(65_534);
  },
);

test("key file and secrets can be read by their owner only", async () => {
  await (await open()).replaceAll(new Map([["a", "b"]]));
  for (const name of ["secret.key", "secrets.json"]) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
});

test("sealing the same secrets again changes nothing", async () => {
  const secrets = new Map([["a", "1"]]);
  expect(await (await open()).replaceAll(secrets)).toBe(true);
  expect(await (await open()).replaceAll(secrets)).toBe(false);
  expect(await (await open()).replaceAll(new Map())).toBe(true);
});

test.each([
  ["32 bytes in hexadecimal", "ab".repeat(32)],
  ["32 bytes in base64", Buffer.alloc(32, 7).toString("base64")],
  ["a passphrase", "correct horse battery staple"],
])("GTC_KEY can be %s", async (_what, keyText) => {
  await (await open(keyText)).replaceAll(new Map([["a", "1"]]));
  expect((await open(keyText)).get("a").reveal()).toBe("1");
});

test("a wrong key is said to be wrong", async () => {
  await (await open("one key of several")).replaceAll(new Map([["a", "1"]]));
  await expect(open("another key of several")).rejects.toMatchObject({
    code: "GTC_SECRET_KEY",
    message: expect.stringContaining("GTC_KEY") as string,
  });
  await expect(open()).rejects.toMatchObject({
    code: "GTC_SECRET_KEY",
    message: expect.stringContaining("secret.key") as string,
  });
});

test("a sealed value cannot be moved to another name", async () => {
  await (
    await open("a key of this test")
  ).replaceAll(
    new Map([
      ["a", "1"],
      ["b", "2"],
    ]),
  );
  const path = join(folder, "secrets.json");
  const file = JSON.parse(await readFile(path, "utf8")) as { values: Record<string, string> };
  file.values["b"] = file.values["a"]!;
  await writeFile(path, JSON.stringify(file));
  const store = await open("a key of this test");
  expect(store.get("a").reveal()).toBe("1");
  expect(() => store.get("b")).toThrow("damaged");
});

test.each([
  ["", "GTC_KEY is set but empty"],
  ["   ", "GTC_KEY is set but empty"],
  ["hunter2", "GTC_KEY has only 7 characters"],
])("the GTC_KEY %j is refused, and what would do is said", async (keyText, message) => {
  const opened = open(keyText);
  await expect(opened).rejects.toMatchObject({ code: "GTC_KEY_REFUSED" });
  await expect(opened).rejects.toThrow(message);
  await expect(opened).rejects.toThrow("openssl rand -base64 32");
});

test.each([0o640, 0o604, 0o660])(
  "a key file with mode %o is refused, with the command that corrects it",
  async (mode) => {
    await (await open()).replaceAll(new Map([["a", "1"]]));
    const path = join(folder, "secret.key");
    await chmod(path, mode);
    await expect(open()).rejects.toThrow(`chmod 600 ${path}`);
    await chmod(path, 0o600);
    expect((await open()).get("a").reveal()).toBe("1");
  },
);

test.each(["secrets.json", "secret.key"])("that %s cannot be read is not taken for a lost key", async (name) => {
  await (await open()).replaceAll(new Map([["a", "1"]]));
  const path = join(folder, name);
  await rm(path);
  // Of a folder the system says that it cannot be read, and not which.
  await mkdir(path, { mode: 0o700 });
  await expect(open()).rejects.toMatchObject({
    code: "EISDIR",
    message: expect.stringContaining(path) as string,
  });
});

test("a damaged key file is said to be damaged", async () => {
  await (await open()).replaceAll(new Map([["a", "1"]]));
  await writeFile(join(folder, "secret.key"), "c2hvcnQ=");
  await expect(open()).rejects.toMatchObject({
    code: "GTC_SECRET_KEY",
    message: expect.stringContaining("damaged") as string,
  });
});
