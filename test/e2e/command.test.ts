/** The built command as a process of its own: exit codes, streams, signals. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../fixtures/", import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gtc-command-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function gtc(...words: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...words], { cwd: folder, env: { PATH: process.env["PATH"] } });
  child.stdin.end();
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number]>,
  ]);
  return { code, stdout, stderr };
}

test("an older Node is told what is needed, before anything is loaded that it lacks", async () => {
  // What Node 18 has not, as Node 20 with its version and without that.
  const older = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.8" } });
    delete Array.prototype.toSorted;`;
  const words = ["--import", `data:text/javascript,${encodeURIComponent(older)}`, MAIN, "urls", "."];
  const child = spawn(process.execPath, words, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close") as Promise<[number]>]);
  expect(stderr).toMatch(
    /^✗ gtc needs Node 20\.19 or newer; this is 18\.20\.8\. Install a current one and try again\.\n$/,
  );
  expect(code).toBe(4);
});

test("--version prints the package's version", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  expect(await gtc("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test("--help goes to the standard output without colours and ends with 0", async () => {
  const { code, stdout, stderr } = await gtc("--help");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("events replay");
  expect(stdout).not.toContain("\u001b[");
});

test.each([
  [2, ["strat"], "Did you mean `gtc start`?"],
  [2, ["events", "list", "--tenat", "demo"], "Did you mean --tenant?"],
  [3, ["urls", "nowhere"], "GTC_BUNDLE_NOT_FOUND"],
  [1, ["doctor", "nowhere"], ""],
])("exit code %i for gtc %j", async (code, words, message) => {
  const ran = await gtc(...words);
  expect(ran.code).toBe(code);
  expect(ran.stderr).toContain(message);
});

test("in a folder that was removed meanwhile, a command says what is missing, and works on a bundle elsewhere", async () => {
  await gtc("init", "elsewhere");
  const inRemoved = async (words: string): Promise<Ran> => {
    const script = `mkdir -p gone && cd gone && rmdir ../gone && exec "$0" "$1" ${words}`;
    const child = spawn("sh", ["-c", script, process.execPath, MAIN], { cwd: folder, stdio: "pipe" });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close") as Promise<[number]>,
    ]);
    return { code, stdout, stderr };
  };
  expect(await inRemoved("events list")).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(`[GTC_BUNDLE_NOT_FOUND] There is no bundle in ${join(folder, "gone")}:`) as string,
  });
  expect(await inRemoved(`events list "${join(folder, "elsewhere")}"`)).toEqual({
    code: 0,
    stdout: "No events.\n",
    stderr: "",
  });
});

test("with a log of JSON, a gateway that cannot start says so as one JSON object on the standard error", async () => {
  await gtc("init", "stall");
  const start = ["start", "stall", "--admin-port", "0", "--log-format", "json"];
  const unset = await gtc(...start);
  expect(unset).toMatchObject({ code: 3, stdout: "" });
  expect(JSON.parse(unset.stderr)).toMatchObject({ error: { code: "GTC_NOT_SET_UP" } });
  await gtc("setup", "--answers", "stall/answers.json", "stall");
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const busy = await gtc(...start, "--port", String(port));
  other.close();
  expect(busy).toMatchObject({ code: 4, stdout: "" });
  expect(JSON.parse(busy.stderr)).toMatchObject({ error: { code: "GTC_PORT_BUSY", details: { port } } });
});

test("init, setup, urls, start and SIGTERM: from nothing to a gateway that stops with 0", async () => {
  expect(await gtc("init", "shop")).toMatchObject({ code: 0 });
  expect(await gtc("urls", "shop")).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("GTC_NOT_SET_UP") as string,
  });
  await cp(join(FIXTURES, "answers.signatures.json"), join(folder, "answers.json"));
  expect(await gtc("setup", "--answers", "answers.json", "shop")).toMatchObject({ code: 0 });
  const { stdout } = await gtc("urls", "shop", "--json");
  expect(stdout).toContain('"url":"https://your-domain.com/events/webhook/demo/github"');

  const child = spawn(
    process.execPath,
    [MAIN, "start", "shop", "--port", "0", "--admin-port", "0", "--log-format", "json"],
    { cwd: folder },
  );
  const exited = once(child, "exit") as Promise<[number | null]>;
  await once(child.stdout, "data");
  const second = await gtc("start", "shop", "--port", "0", "--admin-port", "0");
  expect(second).toMatchObject({ code: 4, stderr: expect.stringContaining("GTC_BUNDLE_LOCKED") as string });
  expect(await gtc("events", "list", "shop", "--json")).toMatchObject({ code: 0, stdout: "" });
  child.kill("SIGTERM");
  expect((await exited)[0]).toBe(0);
  expect(await gtc("events", "list", "shop", "--json")).toMatchObject({ code: 0, stdout: "" });
});

test("the pretty log begins with the URLs and a signed curl for each, also into a pipe", async () => {
  await gtc("init", "piped");
  await cp(join(FIXTURES, "answers.signatures.json"), join(folder, "answers.json"));
  await gtc("setup", "--answers", "answers.json", "piped");
  const words = ["start", "piped", "--port", "0", "--admin-port", "0", "--log-format", "pretty"];
  const child = spawn(process.execPath, [MAIN, ...words], { cwd: folder });
  const exited = once(child, "exit");
  const [banner] = (await once(child.stdout, "data")) as [Buffer];
  // The link that is printed opens the inspector's API, exchanged for a cookie as its page does it.
  const link = new URL(/Inspector: (\S+)/.exec(banner.toString("utf8"))?.[1] ?? "");
  const login = await fetch(new URL("/api/login", link), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: new URLSearchParams(link.hash.slice(1)).get("token") }),
  });
  const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
  const found = (await (await fetch(new URL("/api/doctor", link), { headers: { cookie } })).json()) as {
    items: object[];
  };
  const info = (await (await fetch(new URL("/api/info", link), { headers: { cookie } })).json()) as object;
  child.kill("SIGTERM");
  await exited;
  expect(found.items).toContainEqual(expect.objectContaining({ check: "flows", level: "ok", frame: null }));
  expect(info).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string, tenants: ["demo"] });
  const lines = banner.toString("utf8").split("\n");
  for (const type of ["github", "stripe"]) {
    const curl = lines.find((line) => line.includes("curl") && line.includes(`/events/webhook/demo/${type}'`));
    expect(curl).toMatch(/-H '(X-Hub-Signature-256|Stripe-Signature): /);
  }
  // GitHub says in headers what happened, and the flow looks at them.
  expect(lines.join("\n")).toMatch(/X-Hub-Signature-256: .* -H "x-github-event: push" -H "x-github-delivery: /);
});
