import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { runGtc } from "../../test/support/run-gtc.ts";
import type { RunEnd } from "../run/index.ts";
import { noPaint } from "../text/index.ts";
import { GatewayConsole } from "./gateway-console.ts";

interface Line {
  readonly level?: string;
  readonly msg?: string;
}

/** The line that a run's end leaves in the log. */
function lineOf(end: RunEnd): Promise<Line> {
  const run = { id: "r", eventId: "e1", tenant: "demo", flow: "pay", flowHash: "h", startNode: "a", createdAtMs: 0 };
  return lineFrom((output) => output.runOver({ run, attempt: 2, end, durationMs: 1.5 }));
}

async function lineFrom(tell: (output: GatewayConsole) => void): Promise<Line> {
  const stdout = new PassThrough();
  tell(consoleTo(stdout));
  stdout.end();
  return JSON.parse(await text(stdout)) as Line;
}

function consoleTo(stdout: Writable): GatewayConsole {
  const context = {
    stdout,
    stderr: stdout,
    stdin: new PassThrough(),
    isTerminal: false,
    width: 100,
    paint: { ...noPaint, good: (words: string) => words, accent: (words: string) => words },
    cwd: "/",
    env: {},
    version: "0",
    untilStopped: async () => undefined,
    outliveOutput: () => undefined,
    tellErrorsAsJson: () => undefined,
  };
  return new GatewayConsole(context, { format: "json", level: "debug", folder: "/srv/my bundle" });
}

const error = { code: "script-error", message: "no money", retryable: true };

test("a run that failed for good is told with the command that replays it, wherever the log is read", async () => {
  expect(await lineOf({ status: "failed", error })).toMatchObject({
    level: "warn",
    msg: "run of pay failed (try 2, no further try: replay it with `gtc events replay e1 '/srv/my bundle'`): no money",
  });
});

test("one that is tried again is told with when; one that succeeded only to who wants to know all", async () => {
  const { level, msg } = await lineOf({ status: "waiting", error, delayMs: 2000 });
  expect([level, msg]).toEqual(["warn", "run of pay failed (try 2, next try in 2 s): no money"]);
  expect((await lineOf({ status: "succeeded" })).level).toBe("debug");
  const { stdout: help } = await runGtc(["start", "--help"]);
  expect(help).toMatch(/--verbose +Say more: runs that succeed, /);
  expect(help).not.toContain("headers' names");
});

test.each([
  ["a request that could not be stored", "none", 503, "error"],
  ["one that was refused for want of room", "refused", 503, "error"],
  ["one in a version that only its sender can change", "refused", 505, "warn"],
  ["a forged one", "refused", 401, "warn"],
  ["one that was taken", "verified", 202, "info"],
] as const)("%s is told as what it is", async (_what, verdict, status, level) => {
  const seen = { atMs: 0, method: "POST", tenant: "demo", eventType: "pay", durationMs: 1, bodyBytes: 0 };
  expect((await lineFrom((output) => output.request({ ...seen, verdict, status }))).level).toBe(level);
});

test("a reader who does not read costs lines, which are counted, and no memory without end", async () => {
  let said = "";
  let read: () => void = () => undefined;
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      said += chunk.toString("utf8");
      read = done;
    },
  });
  const output = consoleTo(stdout);
  const line = "x".repeat(100_000);
  for (let count = 0; count < 200; count++) output.say(line);
  expect(stdout.writableLength).toBeLessThan(10_000_000);
  const told = once(stdout, "drain");
  while (stdout.writableLength > 0 && !said.includes("are lost")) read();
  await told;
  const last = said.trimEnd().split("\n").at(-1) ?? "";
  const kept = said.split("\n").filter((one) => one.includes(line)).length;
  expect(JSON.parse(last)).toMatchObject({ level: "warn", lost: 200 - kept });
});
