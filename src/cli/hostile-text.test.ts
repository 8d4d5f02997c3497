/**
 * Whatever stands in files, their names, requests and what flows print: no command lets a character through that a
 * terminal would obey, neither in words nor in JSON, and what was there can still be read.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runGtc, type Ran } from "../../test/support/run-gtc.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";
import { TestGateway } from "../../test/support/test-gateway.ts";
import { noPaint, Source } from "../text/index.ts";
import { GatewayConsole } from "./gateway-console.ts";

/** Sets the title, goes up a line and clears it, turns the direction of reading, and does it in eight bits as well. */
const EVIL = "\u001b]0;owned\u0007\u001b[1A\u001b[2K\u009b31m\u202e";
const SHOWN = String.raw`\u001b]0;owned\u0007`;
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/;
const FLOW = `name: evil
nodes:
  - id: say
    type: script
    config:
      script: |
        print(payload);
        throw payload
triggers:
  - type: event
    event_type: evil
`;
let bundle: TestBundle;
let faulty: TestBundle;

beforeAll(async () => {
  bundle = await createTestBundle(
    { "evil.ygtc": FLOW },
    { signatures: { signed: { provider: "github", secret: "s3cret" } } },
  );
  faulty = await createTestBundle({});
  await faulty.write(
    `flows/${EVIL.replaceAll("/", "")}.yaml`,
    `${JSON.stringify(EVIL)}: "${EVIL}"\n# ${EVIL}\nnodes: 5\n`,
  );
  await faulty.write(
    "evil.json",
    JSON.stringify({
      [EVIL]: 1,
      "events-webhook": { enabled: EVIL, [EVIL]: EVIL, signatures: { [EVIL]: { provider: EVIL } } },
    }),
  );
  await faulty.write("broken.json", `{"a": ${EVIL}}`);
  await faulty.write("evil.rhai", `let a = "${EVIL}`);
  await faulty.write("evil.http", `POST /x HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: ${EVIL}\r\n\r\n${EVIL}`);
  await using gateway = await TestGateway.start(bundle);
  const headers = { "content-type": "text/plain", "x-evil": "a\u009b31mb", "x-hub-signature-256": "sha256=\u009b31m" };
  const { event_id: id } = (await gateway.post("demo/evil?x=%1b[2J", EVIL, headers)).json();
  await gateway.eventWhen(id, ({ runs }) => runs[0]?.status !== "queued" && runs[0]?.steps.length === 1);
  await gateway.post("demo/signed", EVIL, headers);
});
afterAll(async () => {
  await bundle.remove();
  await faulty.remove();
});

function expectHarmless({ stdout, stderr }: Pick<Ran, "stdout" | "stderr">): string {
  const all = stdout + stderr;
  expect(all).not.toMatch(OBEYED);
  expect(all.length).toBeGreaterThan(0);
  return all;
}

test.each([
  ["a command", [EVIL], SHOWN],
  ["an option", ["start", `--${EVIL}`], SHOWN],
  ["a folder", ["start", `/nowhere/${EVIL}`], SHOWN],
  ["an answers file that is not there", ["setup", "FAULTY", "--answers", EVIL], SHOWN],
  ["faults of answers", ["setup", "FAULTY", "--answers", "FAULTY/evil.json"], SHOWN],
  ["answers that are no JSON", ["setup", "FAULTY", "--answers", "FAULTY/broken.json"], ""],
  ["faults of flows", ["start", "FAULTY"], SHOWN],
  ["doctor's findings", ["doctor", "FAULTY"], SHOWN],
  ["a script's faults", ["rhai", "check", "FAULTY/evil.rhai"], SHOWN],
  ["a captured request", ["verify", "--provider", "github", "--secret-env", "S", "--request", "FAULTY/evil.http"], ""],
])("%s", async (_what, words, shown) => {
  const inFolder = words.map((word) => word.replace("FAULTY", faulty.folder));
  const env = { S: "s3cret" };
  expect(expectHarmless(await runGtc(inFolder, { env }))).toContain(shown);
  expectHarmless(await runGtc([...inFolder, "--json"], { env }));
});

test("events, with what was sent and what the flow made of it", async () => {
  const listed = await runGtc(["events", "list", bundle.folder, "--json"]);
  expectHarmless(listed);
  expectHarmless(await runGtc(["events", "list", bundle.folder]));
  expect(listed.lines).toHaveLength(2);
  for (const { id } of listed.lines) {
    expect(expectHarmless(await runGtc(["events", "show", String(id), bundle.folder]))).toContain(SHOWN);
    const { lines } = await runGtc(["events", "show", String(id), bundle.folder, "--json"]);
    expect(lines).toMatchObject([{ event: { body: { text: EVIL } } }]);
    expectHarmless(await runGtc(["events", "show", String(id), bundle.folder, "--json"]));
  }
  expectHarmless(await runGtc(["doctor", bundle.folder]));
});

test.each(["list", "accept"])("refused requests, %s", async (command) => {
  const all = command === "accept" ? ["--all"] : [];
  for (const json of [[], ["--json"]])
    expectHarmless(await runGtc(["refused", command, bundle.folder, ...all, ...json]));
});

test.each(["pretty", "json"] as const)("the lines of a running gateway, %s", async (format) => {
  const stdout = new PassThrough();
  const asIs = (written: string): string => written;
  const output = new GatewayConsole(
    {
      stdout,
      stderr: stdout,
      stdin: new PassThrough(),
      isTerminal: true,
      width: 100,
      paint: { ...noPaint, good: asIs, accent: asIs },
      cwd: "/",
      env: {},
      version: "0",
      untilStopped: async () => undefined,
      outliveOutput: () => undefined,
      tellErrorsAsJson: () => undefined,
    },
    { format, level: "debug", folder: EVIL },
  );
  const record = { atMs: 0, method: "POST", tenant: "demo", eventType: "evil", durationMs: 1, bodyBytes: 1 } as const;
  output.request({ ...record, verdict: "refused", status: 401, reason: "malformed", detail: EVIL, hint: EVIL });
  output.fault(EVIL, new Error(EVIL));
  output.notice({ kind: "unavailable", because: EVIL });
  const run = { id: "r", eventId: "e", tenant: "demo", flow: EVIL, flowHash: "h", startNode: "a", createdAtMs: 0 };
  const error = { code: "c", message: EVIL, retryable: false };
  output.runOver({ run, attempt: 1, end: { status: "failed", error }, durationMs: 1 });
  const span = { start: 0, end: 3 };
  output.mistake({ level: "warning", code: "c", message: EVIL, source: new Source(EVIL, EVIL), span });
  stdout.end();
  expect(expectHarmless({ stdout: await text(stdout), stderr: "" })).toContain(SHOWN);
});

test("a folder's name on the way", async () => {
  const folder = join(faulty.folder, `named ${EVIL.replaceAll("/", "")}`);
  await mkdir(folder);
  const created = await runGtc(["init", "inside"], { cwd: folder });
  expectHarmless(created);
  await writeFile(join(folder, "inside", "bundle.yaml"), "name: [");
  expect(expectHarmless(await runGtc(["urls", "inside"], { cwd: folder }))).toContain(SHOWN);
});
