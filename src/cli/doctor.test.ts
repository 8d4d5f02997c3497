import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { runGtc } from "../../test/support/run-gtc.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";
import { TestGateway } from "../../test/support/test-gateway.ts";
import type { Finding } from "../setup/index.ts";

const FLOW = `nodes:
  - id: answer
    type: http_response
    config: { status: 200 }
triggers:
  - { type: event, event_type: order.created, target: answer }
`;
const SIGNED = {
  require_signature: true,
  signatures: { "order.created": { header: "X-Sig", algorithm: "sha256", secret: "mGq2fXz8kP1w-long-and-random" } },
};
const FREE_PORTS = { GTC_PORT: "0", GTC_ADMIN_PORT: "0" };

let bundle: TestBundle;
afterEach(() => bundle.remove());

interface Examined {
  readonly exitCode: number;
  readonly findings: readonly Finding[];
  /** The first finding of a check. */
  readonly of: (check: string) => Finding | undefined;
}

async function examine(env: Readonly<Record<string, string>> = FREE_PORTS): Promise<Examined> {
  const ran = await runGtc(["doctor", bundle.folder, "--json"], { env });
  const findings = ran.lines as unknown as readonly Finding[];
  return { exitCode: ran.exitCode, findings, of: (check) => findings.find((finding) => finding.check === check) };
}

describe("gtc doctor", () => {
  test("has nothing to complain about when all is well", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    const { exitCode, findings } = await examine();
    expect(exitCode).toBe(0);
    expect(findings.filter(({ level }) => level === "error" || level === "warning")).toEqual([]);
    expect(findings.filter(({ level }) => level === "ok").map(({ check }) => check)).toEqual(
      expect.arrayContaining(["flows", "setup", "data-folder", "port"]),
    );
  });

  test("prints for people what to do", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW });
    const { exitCode, stdout } = await runGtc(["doctor", bundle.folder], { env: FREE_PORTS });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("! Requests are accepted without a signature");
    expect(stdout).toContain('fix: Add "signatures"');
    expect(stdout).toMatch(/0 error\(s\), \d+ warning\(s\)\n$/);
  });

  test("shows every fault at its own place, also where the same is said of several", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW });
    await bundle.write("flows/a.ygtc", `nme: a\n${FLOW}`);
    await bundle.write("flows/b.ygtc", `# the second\nnme: b\n${FLOW}`);
    const { stdout } = await runGtc(["doctor", bundle.folder], { env: FREE_PORTS });
    expect(stdout).toContain("> 1 | nme: a");
    expect(stdout).toContain("> 2 | nme: b");
  });

  test("names a flow file that cannot be read, and looks at the others", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW });
    await symlink("/there/is/nothing", join(bundle.folder, "flows/lost.ygtc"));
    await mkdir(join(bundle.folder, "flows/folder.yaml"));
    await bundle.write("flows/slip.ygtc", `nme: a\n${FLOW}`);
    await writeFile(join(bundle.folder, "flows/wide.ygtc"), Buffer.from(FLOW, "utf16le"));
    const { exitCode, findings } = await examine();
    expect(exitCode).toBe(1);
    const faults = findings.filter(({ level }) => level === "error").map(({ check, where }) => [check, where]);
    const at = (name: string): string => `${join(bundle.folder, "flows", name)}:1:1`;
    expect(faults).toEqual(
      expect.arrayContaining([
        ["unreadable-file", at("lost.ygtc")],
        ["unreadable-file", at("folder.yaml")],
        ["unreadable-file", at("wide.ygtc")],
        ["unknown-key", at("slip.ygtc")],
      ]),
    );
  });

  test("a bundle.yaml that is not UTF-8 is told, and a mark at the beginning of one that is does no harm", async () => {
    bundle = await createTestBundle({ "orders.ygtc": `\ufeff${FLOW}` });
    expect((await examine()).of("flows")).toMatchObject({ level: "ok" });
    await writeFile(join(bundle.folder, "bundle.yaml"), Buffer.from("name: b\n", "utf16le"));
    expect((await examine()).of("unreadable-file")).toMatchObject({ message: "It is not UTF-8." });
  });

  test("says that the settings cannot be read, rather than to go on without them", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW });
    await mkdir(join(bundle.folder, "gtc.yaml"));
    expect((await examine()).of("configuration")).toMatchObject({
      level: "error",
      message: expect.stringContaining("gtc.yaml cannot be read") as string,
    });
  });

  test("warns of event types without a signature and of a signature that is not required", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW });
    const { of } = await examine();
    expect(of("unsigned-event-type")).toMatchObject({
      level: "warning",
      where: "http://localhost:8080/events/webhook/demo/order.created",
    });
    expect(of("signature-not-required")).toMatchObject({ level: "warning", where: "tenant demo" });
  });

  test("calls a required signature that is not configured an error", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, { require_signature: true });
    const { exitCode, of } = await examine();
    expect(exitCode).toBe(1);
    expect(of("unsigned-event-type")).toMatchObject({ level: "error" });
  });

  test("warns of a signature whose events no flow handles, and of weak secrets without showing them", async () => {
    const signatures = { ...SIGNED.signatures, github: { provider: "github", secret: "hunter2" } };
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, { ...SIGNED, signatures });
    const { of, findings } = await examine();
    expect(of("unmatched-event-type")).toMatchObject({ where: expect.stringContaining("/demo/github") as string });
    expect(of("weak-secret")).toMatchObject({ level: "warning", where: 'demo/github, secret "default"' });
    expect(JSON.stringify(findings)).not.toContain("hunter2");
  });

  test("shows faults of flows with file, line and column, and ends with 1", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW.replace("http_response", "http_respons") }, SIGNED);
    const { exitCode, of } = await examine();
    expect(exitCode).toBe(1);
    expect(of("unknown-node-type")).toMatchObject({
      level: "error",
      where: `${join(bundle.folder, "flows", "orders.ygtc")}:3:11`,
      fix: "Did you mean `http_response`?",
    });
  });

  test("a fault of a flow hides nothing that does not depend on flows", async () => {
    const signatures = { github: { provider: "github", secret: "hunter2" } };
    bundle = await createTestBundle({ "orders.ygtc": FLOW.replace("http_response", "http_respons") }, { signatures });
    const { of } = await examine();
    expect(of("weak-secret")).toMatchObject({ level: "warning", where: 'demo/github, secret "default"' });
    expect(of("signature-not-required")).toMatchObject({ level: "warning", where: "tenant demo" });
    expect(of("unmatched-event-type")).toBeUndefined();
  });

  test("a fault of bundle.yaml is not taken for webhooks that are switched off", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    await bundle.write("bundle.yaml", 'schema_version: "1"\nbundle_id: q\nname: Q\ntenants: demo\n');
    const { findings, of } = await examine();
    const faults = findings.filter(({ level }) => level === "error").map(({ where }) => where);
    expect(faults).toEqual([`${join(bundle.folder, "bundle.yaml")}:4:10`]);
    expect(of("disabled")).toBeUndefined();
    expect(of("local-public-url")).toMatchObject({ level: "note" });
  });

  test("warns of folders of tenants in which nothing is read", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW, "tenants/demos/flows/x.ygtc": FLOW }, SIGNED);
    await bundle.write("tenants/demo/flow/x.ygtc", FLOW);
    await bundle.write("tenants/README.md", "Ours.");
    const { exitCode, of, findings } = await examine();
    expect(exitCode).toBe(0);
    expect(of("unknown-tenant-folder")).toMatchObject({
      level: "warning",
      where: join(bundle.folder, "tenants/demos"),
      fix: expect.stringMatching(/^Did you mean "demo"\? .* bundle.yaml/) as string,
    });
    expect(of("no-flows-folder")).toMatchObject({
      level: "warning",
      where: join(bundle.folder, "tenants/demo"),
      fix: 'Rename "flow" to "flows".',
    });
    expect(findings.filter(({ level }) => level === "warning")).toHaveLength(2);
  });

  test("warns that nothing will run when there is no flow, and names the folder that is missing", async () => {
    bundle = await createTestBundle({}, SIGNED);
    const where = join(bundle.folder, "flows");
    const missing = await examine();
    expect(missing.of("no-flows")).toMatchObject({
      level: "warning",
      where,
      message: expect.stringMatching(/nothing will run.*"flows" is missing/) as string,
    });
    expect(missing.of("flows")).toBeUndefined();
    await mkdir(where);
    expect((await examine()).of("no-flows")?.message).not.toContain("is missing");
    await bundle.write("tenants/demo/flows/orders.ygtc", FLOW);
    expect((await examine()).of("no-flows")).toBeUndefined();
  });

  test("shows an event type that no URL can have where the trigger says it", async () => {
    const unreachable = FLOW.replace("order.created", "orders/created");
    bundle = await createTestBundle({ "orders.ygtc": unreachable }, SIGNED);
    const { exitCode, of } = await examine();
    expect(exitCode).toBe(1);
    expect(of("bad-event-type")).toMatchObject({
      level: "error",
      where: expect.stringMatching(/orders\.ygtc:\d+:\d+$/) as string,
      fix: expect.stringContaining("`orders.created`") as string,
    });
  });

  test("finds flows that every tenant hides", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW, "tenants/demo/flows/orders.ygtc": FLOW }, SIGNED);
    const { of } = await examine();
    expect(of("hidden-flow")).toMatchObject({ where: join(bundle.folder, "flows", "orders.ygtc") });
  });

  test("says that webhooks are switched off", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, { ...SIGNED, enabled: false });
    expect((await examine()).of("disabled")).toMatchObject({ level: "error", where: "events-webhook.enabled" });
  });

  test("names tenants that receive nothing, and those that are set up and not listed any more", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED, ["demo", "shop"]);
    const own = { enabled: true, public_base_url: "https://hooks.example.com", ...SIGNED };
    const secret = { env: "SECRET_OF_THE_SHOP" };
    const places = { signatures: { "order.created": { ...SIGNED.signatures["order.created"], secret } } };
    const setUp = async (tenant: string, more: object): Promise<void> => {
      const answers = { tenant, setup_answers: { "events-webhook": { ...own, ...more } } };
      await bundle.write("own.json", JSON.stringify(answers));
      const { exitCode } = await runGtc(["setup", "--answers", "own.json", "."], { cwd: bundle.folder });
      expect(exitCode).toBe(0);
    };
    const list = (tenants: string): Promise<void> =>
      bundle.write("bundle.yaml", `schema_version: "1"\nbundle_id: test\nname: Test\ntenants: [${tenants}]\n`);
    await setUp("shop", places);
    await bundle.setup({ ...SIGNED, enabled: false });
    await setUp("shop", places);
    const silent = await runGtc(["setup", "--answers", "own.json", "."], { cwd: bundle.folder });
    expect(silent.stderr).toContain("webhooks for it are answered with 404: demo.");
    const before = await examine({ ...FREE_PORTS, SECRET_OF_THE_SHOP: "mGq2fXz8kP1w-of-the-shop" });
    expect(before.of("silent-tenant")).toMatchObject({ level: "warning", where: "tenant demo" });

    // Renamed: what was set up for the old name protects nobody, and its secret keeps nobody from starting.
    await list("demo, shops");
    await bundle.setup({ ...SIGNED });
    await list("demo, shop");
    await setUp("shop", places);
    await list("demo, shops");
    const after = await examine();
    expect(after.of("unlisted-tenant")).toMatchObject({ level: "warning", where: "tenant shop" });
    expect(after.of("setup")).toMatchObject({ level: "ok" });
  });

  test("finds signatures whose last secret has ended, or ends soon", async () => {
    const at = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
    const ending = (days: number): object => ({
      provider: "github",
      secrets: [{ name: "a", secret: "mGq2fXz8kP1w-long-and-random", not_after: at(days) }],
    });
    const signatures = { over: ending(-1), soon: ending(1), late: ending(30) };
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, { require_signature: true, signatures });
    const { exitCode, findings } = await examine();
    expect(exitCode).toBe(1);
    const ends = findings.filter(({ check }) => check === "ended-secret");
    expect(ends.map(({ level, where }) => [level, where])).toEqual([
      ["error", "demo/over"],
      ["warning", "demo/soon"],
    ]);
  });

  test("takes no gateway for running whose number another process has by now", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const left = {
      pid: process.pid,
      admin_url: `http://127.0.0.1:${port}`,
      webhook_url: "http://127.0.0.1:1",
      token: "x",
    };
    await bundle.write("state/gateway.json", JSON.stringify(left));
    const { exitCode, of } = await examine();
    expect(exitCode).toBe(0);
    expect(of("gateway")).toMatchObject({ level: "note", message: expect.stringContaining("does not run") as string });
    expect(of("port")).toMatchObject({ level: "ok" });
  });

  test("says of answers that were edited and not set up since that they are not what counts", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    const answers = { enabled: true, public_base_url: "http://localhost:8080", ...SIGNED };
    await bundle.write("answers.json", JSON.stringify({ "events-webhook": answers }));
    expect((await examine()).of("answers")).toMatchObject({ level: "ok" });
    await bundle.write("answers.json", JSON.stringify({ "events-webhook": { ...answers, max_body_bytes: 1000 } }));
    const edited = (await examine()).of("answers");
    expect(edited).toMatchObject({ level: "note", message: "The answers are valid, but not what is set up." });
    const [, command = ""] = /`gtc ([^`]*)`/.exec(edited?.fix ?? "") ?? [];
    expect(await runGtc(command.split(" "))).toMatchObject({ exitCode: 0 });
    expect((await examine()).of("answers")).toMatchObject({ level: "ok" });
  });

  test("says of answers in another encoding what setup says of them", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    await writeFile(join(bundle.folder, "answers.json"), Buffer.from("\ufeff{}", "utf16le"));
    expect((await examine()).of("answers")?.message).toBe("$ the file is not UTF-8.");
  });

  test("says of a secret that a newline or blank was probably copied along", async () => {
    const signatures = { "order.created": { ...SIGNED.signatures["order.created"], secret: "mGq2fXz8kP1w-random\n" } };
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, { ...SIGNED, signatures });
    expect((await examine()).of("weak-secret")?.message).toContain("white space");
  });

  test("validates the answers that lie in the bundle", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    await bundle.write("answers.json", '{"events-webhook": {"enabled": true, "public_base_ur": "https://a.example"}}');
    const messages = (await examine()).findings
      .filter(({ check }) => check === "answers")
      .map(({ message }) => message);
    expect(messages).toContain("$.events-webhook.public_base_ur is no option.");
    expect(messages).toContain("$.events-webhook.public_base_url is missing.");
  });

  test("tells a missing bundle, a missing setup and a wrong key apart", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    const { of: wrongKey } = await examine({ ...FREE_PORTS, GTC_KEY: "a passphrase of another bundle" });
    expect(wrongKey("setup")).toMatchObject({
      level: "error",
      where: bundle.folder,
      message: expect.stringContaining("GTC_KEY") as string,
    });
    const missing = await runGtc(["doctor", join(bundle.folder, "nowhere"), "--json"]);
    expect(missing).toMatchObject({ exitCode: 1, lines: [{ check: "bundle", level: "error" }] });
    await writeFile(join(bundle.folder, "state", "settings.json"), "{}");
    expect((await examine()).of("setup")).toMatchObject({ level: "error" });
  });

  test("the command that sets a bundle up can be pasted, also where the folder has a blank in its name", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW });
    const folder = join(bundle.folder, "a b");
    await bundle.write("a b/bundle.yaml", 'schema_version: "1"\nbundle_id: q\nname: Q\n');
    await bundle.write("a b/answers.json", "{}");
    const { stdout } = await runGtc(["doctor", folder], { env: FREE_PORTS });
    expect(stdout).toContain(`Run \`gtc setup --answers '${join(folder, "answers.json")}' '${folder}'\` first.`);
  });

  test("finds a busy port", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { exitCode, of } = await examine({ ...FREE_PORTS, GTC_PORT: String(port) });
    server.close();
    expect(exitCode).toBe(1);
    expect(of("port")).toMatchObject({ level: "error", where: `127.0.0.1:${port}` });
  });

  test("says of an address that this machine has not what can be done about that", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    // Of a network for documentation (RFC 5737): no machine has it.
    await bundle.write("gtc.yaml", "host: 192.0.2.1\n");
    expect((await examine()).of("port")).toMatchObject({
      level: "error",
      message: expect.stringContaining("EADDRNOTAVAIL") as string,
      fix: expect.stringContaining("listen on 127.0.0.1") as string,
    });
  });

  test("names a wrong setting", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    expect((await examine({ GTC_PORT: "http" })).of("configuration")).toMatchObject({ level: "error" });
  });

  test("says of files whose names end in .yml that nobody reads them", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    await bundle.write("gtc.yml", "retention: 1h\n");
    expect((await examine()).of("configuration")).toMatchObject({
      level: "warning",
      fix: "Rename the file to gtc.yaml.",
    });
    await rename(join(bundle.folder, "bundle.yaml"), join(bundle.folder, "bundle.yml"));
    expect((await examine()).of("bundle")?.message).toContain("bundle.yml is not read: rename it");
  });

  test("a zero byte in a file is not told as a wrong encoding", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW });
    await writeFile(join(bundle.folder, "bundle.yaml"), 'schema_version: "1"\nbundle_id: a\0b\nname: Shop\n');
    const { exitCode, of } = await examine();
    expect(exitCode).toBe(1);
    expect(of("unreadable-file")).toMatchObject({
      message: "It has a zero byte in line 2.",
      fix: "Take the zero byte out: no text has one.",
    });
  });

  test("takes no settings from a file that is not UTF-8", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    await writeFile(join(bundle.folder, "gtc.yaml"), Buffer.from("port: 9000", "utf16le"));
    const { exitCode, of } = await examine();
    expect([exitCode, of("configuration")?.message]).toEqual([1, expect.stringContaining("gtc.yaml is not UTF-8")]);
  });

  test("finds a data folder that cannot be written", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    await rm(join(bundle.folder, "state"), { recursive: true });
    await writeFile(join(bundle.folder, "state"), "a file stands where the folder belongs");
    expect((await examine()).of("data-folder")).toMatchObject({ level: "error" });
  });

  test("asks the running gateway: readiness, the public URL, and the last refused requests with the reason", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    await using gateway = await TestGateway.start(bundle);
    await bundle.setup({ ...SIGNED, public_base_url: gateway.url });
    expect((await gateway.post("demo/order.created", "{}")).status).toBe(401);
    const running = await examine();
    expect(running.of("gateway")).toMatchObject({ level: "ok" });
    expect(running.of("public-url")).toMatchObject({ level: "ok" });
    expect(running.of("refused-request")).toMatchObject({
      where: "demo/order.created",
      message: expect.stringContaining("signature missing") as string,
    });
  });

  test("a refused request that was accepted since is no finding any more", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    {
      await using gateway = await TestGateway.start(bundle);
      const signature = createHmac("sha256", "the corrected secret").update("{}").digest("hex");
      expect((await gateway.post("demo/order.created", "{}", { "x-sig": signature })).status).toBe(401);
    }
    const corrected = { header: "X-Sig", algorithm: "sha256", secret: "the corrected secret" };
    await bundle.setup({ ...SIGNED, signatures: { "order.created": corrected } });
    expect((await examine()).of("refused-request")).toBeDefined();
    expect((await runGtc(["refused", "accept", bundle.folder, "--all"])).exitCode).toBe(0);
    expect((await examine()).of("refused-request")).toBeUndefined();
    await using _running = await TestGateway.start(bundle);
    expect((await examine()).of("refused-request")).toBeUndefined();
  });

  test("a public URL of this machine that leads to another port is told with the gateway's own", async () => {
    // Nothing listens on port 1 of any sane machine.
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, { ...SIGNED, public_base_url: "http://127.0.0.1:1" });
    await using gateway = await TestGateway.start(bundle);
    expect((await gateway.request("POST", "/webhook/demo/orders", "{}")).status).toBe(404);
    const { port } = new URL(gateway.url);
    const running = await examine();
    expect(running.of("public-url")).toMatchObject({
      level: "warning",
      fix: expect.stringContaining(`The gateway is at port ${port}`) as string,
    });
    expect(running.of("refused-request")).toMatchObject({ where: "(no webhook)" });
  });

  test("another program that answers 404 at the public URL is not taken for a gateway", async () => {
    const other = createHttpServer((_request, response) => {
      response.writeHead(404, { "content-type": "application/problem+json" }).end('{"title":"Not Found"}');
    });
    await once(other.listen(0, "127.0.0.1"), "listening");
    const { port } = other.address() as AddressInfo;
    bundle = await createTestBundle(
      { "orders.ygtc": FLOW },
      { ...SIGNED, public_base_url: `http://127.0.0.1:${port}` },
    );
    await using _gateway = await TestGateway.start(bundle);
    const found = (await examine()).of("public-url");
    other.closeAllConnections();
    other.close();
    expect(found).toMatchObject({ level: "warning", message: expect.stringContaining("no gateway of gtc") as string });
  });

  test("tells the last refused requests also when the gateway has stopped", async () => {
    bundle = await createTestBundle({ "orders.ygtc": FLOW }, SIGNED);
    const gateway = await TestGateway.start(bundle);
    await gateway.post("demo/order.created", "{}", { "x-sig": "00" });
    await gateway[Symbol.asyncDispose]();
    const stopped = await examine();
    expect(stopped.of("gateway")).toMatchObject({ level: "note" });
    expect(stopped.of("refused-request")).toMatchObject({ where: "demo/order.created" });
  });
});
