import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asGtcError } from "./as-gtc-error.ts";
import { runGtc } from "../../test/support/run-gtc.ts";
import { COMMANDS } from "./commands.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gtc-cli-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("the help names every command, and a group's help its own", async () => {
  const { stdout, exitCode } = await runGtc(["--help"]);
  expect(exitCode).toBe(0);
  for (const { name, summary } of COMMANDS) expect(stdout).toMatch(new RegExp(`${name} +${summary.slice(0, 20)}`));
  const group = await runGtc(["events", "--help"]);
  expect(group).toMatchObject({ exitCode: 0 });
  expect(group.stdout).toContain("events replay");
  expect(group.stdout).not.toContain("doctor");
});

test.each(COMMANDS.map((entry) => [entry.name, entry] as const))(
  "gtc %s is what the list says",
  async (name, entry) => {
    const command = await entry.load();
    expect({ name: command.name, summary: command.summary }).toEqual({ name, summary: entry.summary });
    const { stdout, exitCode } = await runGtc([...name.split(" "), "--help"]);
    expect(exitCode).toBe(0);
    for (const option of Object.keys(command.options)) expect(stdout).toContain(`--${option}`);
    for (const argument of Object.keys(command.args)) expect(stdout).toContain(argument.toUpperCase());
  },
);

test("the version is printed", async () => {
  expect(await runGtc(["--version"])).toMatchObject({ exitCode: 0, stdout: "0.0.0-test\n" });
});

test.each([
  [["strat"], "There is no command strat. Did you mean `gtc start`?"],
  [["events", "lst"], "There is no command events lst. Did you mean `gtc events list`?"],
  [["start", "--prot", "1"], "gtc start: There is no option --prot. Did you mean --port?"],
  [["start", "--port"], "gtc start: --port needs a value: --port PORT."],
  [["start", "--port", "--watch"], "gtc start: --port needs a value"],
  [["start", "--port", "99999"], 'gtc start: --port must be a whole number from 0 to 65535, not "99999".'],
  [["start", "--port", "1", "--port", "2"], "gtc start: --port is given twice."],
  [["start", "--watch=yes"], "gtc start: --watch takes no value."],
  [["start", "--log-format", "xml"], 'gtc start: --log-format must be one of pretty, json, not "xml".'],
  [["start", "--quiet", "--verbose"], "gtc start: --quiet and --verbose exclude each other."],
  [["start", "a", "b"], 'gtc start: "b" is one word too many.'],
  [["events", "show"], "gtc events show: ID is missing."],
  [["events", "list", "--since", "soon"], "--since must be a duration such as 2h or a time"],
  [["events", "list", "--since", "2026-02-30"], 'a time such as 2026-01-31T08:00:00Z, not "2026-02-30"'],
  [["refused", "accept", "--all", "--until", "2026-04-31"], "--until must be a duration such as 2h or a time"],
  [["events", "list", "--since", "1.5"], "--since must be a duration such as 2h or a time"],
])("wrong use %j ends with 2 and says what is wrong", async (words, message) => {
  const { exitCode, stderr } = await runGtc(words);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});

test("without a command the help is shown, and the exit code says that nothing was done", async () => {
  const { exitCode, stdout } = await runGtc([]);
  expect(exitCode).toBe(2);
  expect(stdout).toContain("Usage:");
});

test.each([
  [["--no-color"], 2],
  [["--no-color", "--no-color"], 2],
  [["--no-color", "help"], 0],
  [["--no-color", "events", "--help"], 0],
] as const)("gtc %j shows the help", async (words, exitCode) => {
  const ran = await runGtc(words);
  expect(ran).toMatchObject({ exitCode, stderr: "" });
  expect(ran.stdout).toContain("Usage:");
});

test("with --json an error is one JSON object on stderr", async () => {
  const { exitCode, stdout, stderr } = await runGtc(["urls", "/there/is/no/bundle", "--json"]);
  expect(exitCode).toBe(3);
  expect(stdout).toBe("");
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: "GTC_BUNDLE_NOT_FOUND", fix: expect.any(String) as string },
  });
});

test.each<[string, string, readonly string[], Readonly<Record<string, string>>]>([
  ["a bundle that is not there", "GTC_BUNDLE_NOT_FOUND", ["/there/is/no/bundle", "--log-format", "json"], {}],
  ["a mistyped option", "GTC_USAGE", ["--prot", "1", "--log-format=json"], {}],
  ["a format that the environment sets", "GTC_BUNDLE_NOT_FOUND", ["/no/bundle"], { GTC_LOG_FORMAT: "json" }],
])("start with a log of JSON tells %s as one JSON object on stderr", async (_what, code, words, env) => {
  const { exitCode, stdout, stderr } = await runGtc(["start", ...words], { env });
  expect(exitCode).not.toBe(0);
  expect(stdout).toBe("");
  expect(JSON.parse(stderr)).toMatchObject({ error: { code, fix: expect.any(String) as string } });
});

test("start with a log of JSON by its gtc.yaml tells what comes after as one JSON object", async () => {
  await writeFile(join(folder, "gtc.yaml"), "log_format: json\n");
  const { stderr } = await runGtc(["start", folder]);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: "GTC_BUNDLE_NOT_FOUND" } });
});

test("mistakes in gtc.yaml are shown with their lines, those of variables beside them", async () => {
  await writeFile(join(folder, "gtc.yaml"), "# ports\nprot: 1\nadmin_port: abc\n");
  const env = { GTC_RETENTION: "soon" };
  const { exitCode, stderr } = await runGtc(["start", folder], { env });
  expect(exitCode).toBe(3);
  expect(stderr).toContain("gtc.yaml:2:1");
  expect(stderr).toContain("prot: 1");
  expect(stderr).toContain('Did you mean "port"?');
  expect(stderr).toContain("gtc.yaml:3:13");
  expect(stderr).toContain('gtc.yaml has 2 fault(s); GTC_RETENTION: "soon" is not a duration');
});

test.each<[readonly string[], Readonly<Record<string, string>>]>([
  [["start", "/no/bundle"], {}],
  [["start", "/no/bundle", "--log-format", "pretty"], { GTC_LOG_FORMAT: "json" }],
  [["urls", "/no/bundle"], { GTC_LOG_FORMAT: "json" }],
])("gtc %j with %j tells an error in words", async (words, env) => {
  const { stderr } = await runGtc(words, { env });
  expect(stderr).toContain("error [GTC_BUNDLE_NOT_FOUND] ");
});

test("what the operating system refuses is said as such, not as a fault of gtc", async () => {
  const { exitCode, stderr } = await runGtc(["init", `${fileURLToPath(import.meta.url)}/below-a-file`]);
  expect(exitCode).toBe(4);
  expect(stderr).toContain("[GTC_SYSTEM]");
  expect(stderr).toContain("ENOTDIR");
  expect(stderr).not.toContain("    at ");
});

test.each([
  ["listen", "EACCES", "Ports below 1024"],
  ["open", "EACCES", "the right to read and write"],
  ["write", "ENOSPC", "Free space"],
  ["watch", "ENOSPC", "fs.inotify.max_user_watches"],
  ["listen", "EADDRNOTAVAIL", "no such address"],
  ["getaddrinfo", "ENOTFOUND", "The name leads nowhere"],
  ["write", `Unknown system error -${constants.errno.EDQUOT}`, "raise the quota"],
  ["", "SQLITE_FULL", "Free space"],
  ["", "SQLITE_IOERR_FSYNC", "The disk reports errors"],
  ["", "SQLITE_IOERR_WRITE", "Raise the quota"],
  ["", "SQLITE_IOERR_SHMSIZE", "Free space"],
])("for a refusal of the system (%s %s), what helps is said", (syscall, code, advice) => {
  const thrown = Object.assign(new Error(`${code}: refused`), { code, ...(syscall !== "" && { syscall }) });
  expect(asGtcError(thrown)).toMatchObject({ code: "GTC_SYSTEM", fix: expect.stringContaining(advice) as string });
});

test("a code that no operator can do anything about is a fault of gtc", () => {
  expect(asGtcError(Object.assign(new Error("EBADF"), { code: "EBADF", syscall: "write" }))).toBeUndefined();
});
