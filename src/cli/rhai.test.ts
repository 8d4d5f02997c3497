import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runGtc } from "../../test/support/run-gtc.ts";

const folder = mkdtempSync(join(tmpdir(), "gtc-rhai-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

test("a file is run with a scope; what it prints and its result come out", async () => {
  const name = file("sum.rhai", 'print("adding"); a.b + 9007199254740993');
  const ran = await runGtc(["rhai", "run", name, "--scope", '{"a": {"b": 1}}'], { cwd: folder });
  expect(ran).toMatchObject({ exitCode: 0, stdout: "adding\n9007199254740994\n", stderr: "" });
});

test("with --json the standard output holds the result only", async () => {
  const ran = await runGtc(["rhai", "run", "-e", 'print("x"); #{ b: 1.0, a: [(), "é"] }', "--json"]);
  expect(ran).toMatchObject({ exitCode: 0, stdout: '{"a":[null,"é"],"b":1.0}\n', stderr: "x\n" });
});

test("a script that an editor saved with a mark at its beginning is run, one in another encoding is said to be so", async () => {
  const name = file("mark.rhai", "\uFEFF1 + 1\r\n");
  expect(await runGtc(["rhai", "run", name], { cwd: folder })).toMatchObject({ exitCode: 0, stdout: "2\n" });
  expect(await runGtc(["rhai", "check", name], { cwd: folder })).toMatchObject({ exitCode: 0 });
  writeFileSync(join(folder, "utf16.rhai"), Buffer.from("1 + 1", "utf16le"));
  const ran = await runGtc(["rhai", "run", "utf16.rhai"], { cwd: folder });
  expect(ran.exitCode).toBe(2);
  expect(ran.stderr).toContain("utf16.rhai is not UTF-8");
});

test("a script can come from the standard input", async () => {
  expect(await runGtc(["rhai", "run", "-"], { stdin: "1 + 1" })).toMatchObject({ exitCode: 0, stdout: "2\n" });
});

test("a failing script ends with 1 and shows the place", async () => {
  const { exitCode, stderr } = await runGtc(["rhai", "run", "-e", "let x = 1;\nx / 0"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("GTC_SCRIPT_FAILED");
  expect(stderr).toContain("> 2 | x / 0");
});

test.each([
  [["run"], "Give either FILE or -e SCRIPT"],
  [["run", "a.rhai", "-e", "1"], "Give either FILE or -e SCRIPT"],
  [["run", "-e", "1", "--scope", "[1]"], "--scope must be a JSON object"],
  [["run", "-e", "1", "--scope", "{"], "--scope is not JSON"],
  [["run", "no-such.rhai"], "no-such.rhai cannot be read"],
  [["check"], "FILES are missing"],
])("gtc rhai %j is wrong use", async (words, message) => {
  const { exitCode, stderr } = await runGtc(["rhai", ...words], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});

test("check names every fault of every file and ends with 3", async () => {
  const [good, bad] = [file("good.rhai", "let x = 1; x"), file("bad.rhai", "let = 1;\nlet y = ;\n")];
  expect(await runGtc(["rhai", "check", good], { cwd: folder })).toMatchObject({ exitCode: 0, stdout: "" });
  const ran = await runGtc(["rhai", "check", good, bad], { cwd: folder });
  expect(ran.exitCode).toBe(3);
  expect(ran.stdout).toMatch(/bad\.rhai:1:\d[^]*bad\.rhai:2:\d/);
  const { lines } = await runGtc(["rhai", "check", bad, "--json"], { cwd: folder });
  expect(lines.map(({ file: name, start }) => [name, (start as { line: number }).line])).toEqual([
    ["bad.rhai", 1],
    ["bad.rhai", 2],
  ]);
  expect((await runGtc(["rhai", "run", bad], { cwd: folder })).exitCode).toBe(3);
});

test("check finds what would only fail when it is reached", async () => {
  const name = file("late.rhai", 'fn f(a) { a.to_uper() }\nif false { import "x" as y; }');
  const ran = await runGtc(["rhai", "check", name], { cwd: folder });
  expect(ran.exitCode).toBe(3);
  expect(ran.stdout).toMatch(/late\.rhai:1:13[^]*Did you mean "to_upper"\?[^]*late\.rhai:2:12/);
});

test("--strict is Rhai without extensions", async () => {
  expect((await runGtc(["rhai", "run", "-e", "#{ private: 1 }.private"])).stdout).toBe("1\n");
  expect((await runGtc(["rhai", "run", "--strict", "-e", "#{ private: 1 }.private"])).exitCode).toBe(3);
});

test("the console keeps variables and functions, takes lines together and goes on after an error", async () => {
  const stdin = [
    "let x = 20;",
    "fn double(n) { n * 2 }",
    "fn twice(n) {",
    "  double(n)",
    "}",
    "twice(x) + 2",
    "x.nope()",
    '"still " + x',
    "fn double(n) { n * 3 }",
    "twice(1)",
    "let = 2",
    "",
    "let s = `one",
    "two ${",
    "x} three`;",
    "s",
    "let both = /* one",
    "/* and another */",
    "*/ 5; both /* goes on",
    "*/ + 1",
    'let line = "first \\',
    '  second";',
    "line",
    '"not closed',
    "[",
    "1,",
  ].join("\n");
  const { exitCode, stdout, stderr } = await runGtc(["rhai"], { stdin });
  expect(exitCode).toBe(0);
  expect(stdout).toBe('42\n"still 20"\n3\n"one\\ntwo 20 three"\n6\n"first second"\n');
  expect(stderr).toContain("Function not found: nope");
  expect(stderr).toContain("> 1 | x.nope()");
  expect(stderr).toContain("console:1");
  expect(stderr).toContain("console:1:1: error [bad-literal]");
  expect(stderr).not.toMatch(/ 2 \|$/m);
});
