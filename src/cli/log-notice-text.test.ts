/** What is wrong with the log is said in words, by the gateway, by commands that open the log themselves, and by doctor. */
import { appendFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestBundle } from "../../test/support/test-bundle.ts";
import { runGtc } from "../../test/support/run-gtc.ts";
import { TestGateway } from "../../test/support/test-gateway.ts";
import { noticeText } from "./log-notice-text.ts";

const damage = { path: "/log/1.journal", from: 500, bytes: 20 };

test.each([
  [{ kind: "damage", damage: { ...damage, kind: "torn-tail" } }, /: damage: the last 20 byte.* of \/log\/1\.journal/],
  [
    { kind: "damage", damage: { ...damage, kind: "skipped" } },
    /: damage: 20 byte.* inside .*\(at 500 of the journal\)/,
  ],
  [{ kind: "damage", damage: { ...damage, kind: "unreadable-segment" } }, /: damage: .*as \/log\/1\.journal\.damaged/],
  [{ kind: "damage", damage: { ...damage, kind: "missing" } }, /: damage: behind \/log\/1\.journal 20 byte/],
  [{ kind: "keys-forgotten", count: 7 }, /: keys-forgotten: 7 /],
  [{ kind: "projection-rebuilt", because: "no room" }, /: projection-rebuilt: no room$/],
  [{ kind: "recovered" }, /: recovered$/],
] as const)("%j", (notice, words) => {
  expect(noticeText(notice)).toMatch(words);
});

test("a command that opens a damaged log says what it leaves out, and so does doctor", async () => {
  const bundle = await createTestBundle({});
  try {
    const gateway = await TestGateway.start(bundle);
    await gateway.post("demo/any", "{}");
    await gateway[Symbol.asyncDispose]();
    const folder = join(bundle.folder, "state", "log");
    const last = readdirSync(folder).findLast((name) => name.endsWith(".journal"))!;
    appendFileSync(join(folder, last), "half a record");
    const said = `event log: damage: the last 13 byte(s) of ${join(folder, last)} are no whole record`;

    const listed = await runGtc(["events", "list", "--json"], { cwd: bundle.folder });
    expect([listed.exitCode, listed.lines.length]).toEqual([0, 1]);
    expect(listed.stderr).toContain(`! ${said}`);
    expect((await runGtc(["doctor"], { cwd: bundle.folder })).stdout).toContain(said);
    rmSync(join(folder, "projection.sqlite"));
    expect((await runGtc(["refused", "list"], { cwd: bundle.folder })).stderr).toContain(said);
  } finally {
    await bundle.remove();
  }
});
