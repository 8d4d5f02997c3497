/** What the README says, done as it stands there: the five minutes, a bundle of one's own, its flow and its answers. */
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { untilIdle } from "../support/finished-events.ts";
import { runGtc } from "../support/run-gtc.ts";
import { startGtc, type RunningGateway } from "../support/gtc-process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const [START = "", TRY = "", OWN = ""] = [...README.matchAll(/```sh\n([^]*?)```/g)].map(([, code = ""]) => code);
const [FLOW = ""] = [...README.matchAll(/```yaml\n([^]*?)```/g)].map(([, code = ""]) => code);

let folder: string;
const gateways: RunningGateway[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gtc-readme-"));
});
afterEach(async () => {
  for (const gateway of gateways.splice(0)) gateway.child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** Runs commands as they are pasted into a shell in a checkout; `npx gtc` is the build. */
async function paste(commands: string): Promise<string> {
  const npx = `npx() { shift; '${process.execPath}' '${join(ROOT, "dist/main.js")}' "$@"; }\n`;
  return (await promisify(execFile)("sh", ["-ec", npx + commands], { cwd: folder })).stdout;
}

async function start(bundle: string, args: readonly string[] = []): Promise<RunningGateway> {
  const gateway = await startGtc(join(folder, bundle), args);
  gateways.push(gateway);
  return gateway;
}

/** Slim images of Node have none. */
const hasCurl = spawnSync("curl", ["--version"]).status === 0;

test.runIf(hasCurl)(
  "five minutes: the curl is answered as it says, and what came is found again after kill -9",
  async () => {
    expect(START).toBe("npm start\n");
    const bundle = "examples/quickstart";
    await mkdir(join(folder, "examples"));
    await cp(join(ROOT, bundle), join(folder, bundle), { recursive: true, filter: (path) => !path.endsWith("state") });
    await paste(`npx gtc setup --answers ${bundle}/answers.json --non-interactive ${bundle} >/dev/null`);
    const gateway = await start(bundle);
    const [curl = "", comment = "", ...commands] = TRY.split(/\n(?=[#n])/);
    const said = await paste(curl.replace("http://localhost:8080", gateway.url));
    const { event_id: id, ...answer } = JSON.parse(said) as Record<string, string>;
    expect(comment).toContain(`${JSON.stringify(answer).slice(0, -1)},"event_id":"…"`);
    const look = (): Promise<string> => paste(commands.join("\n").replaceAll("<id>", id ?? ""));
    for (let life = 0; life < 2; life++) {
      const shown = await look();
      expect(shown.split(id ?? "?").length).toBeGreaterThan(2);
      expect(shown).toMatch(/answered +200 by flow[^]*greet \(http_response\)[^]*Started test as run/);
      await gateways.pop()?.kill();
      if (life === 0) await start(bundle);
    }
  },
);

test("a bundle of one's own: its commands in order, with the README's flow in it", async () => {
  const commands = OWN.trim().split("\n");
  expect(commands.at(-1)).toBe("npx gtc start ./my-bundle --watch");
  await paste(commands.slice(0, -1).join("\n"));
  await writeFile(join(folder, "my-bundle/flows/github.ygtc"), FLOW);
  const gateway = await start("my-bundle", ["--watch"]);
  const answer = await fetch(`${gateway.url}/events/webhook/demo/github`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-github-event": "push" },
    body: '{"commits": [{}, {}]}',
  });
  expect(answer.status).toBe(202);
  // The acknowledgement does not wait for the run: a gateway that stops here would leave it to its next start.
  await untilIdle(gateway);
  expect(await gateway.stop()).toBe(0);
  const { event_id: id } = (await answer.json()) as { event_id: string };
  const { lines } = await runGtc(["events", "show", id, "--json"], { cwd: join(folder, "my-bundle") });
  expect(lines).toMatchObject([
    { event: { status: "done" }, runs: [{ steps: [{}, { output: "Received 2 commits" }] }] },
  ]);
});

test("the signature that it shows is valid in the answers", async () => {
  const [, signatures = ""] = /`("signatures": .*)` is enough/.exec(README) ?? [];
  const answers = `{"events-webhook": {"enabled": true, "public_base_url": "https://your-domain.com", ${signatures}}}`;
  await paste("npx gtc init ./my-bundle");
  const options = { stdin: answers, cwd: folder, env: { GITHUB_SECRET: "s3cret-of-github" } };
  const { exitCode, stdout } = await runGtc(["setup", "--answers", "-", "my-bundle"], options);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/demo\/github +GitHub: /);
});
