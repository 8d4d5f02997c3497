/** A real disk without room: the gateway comes up on it, refuses with 503, and goes on by itself when there is room. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startGtc } from "../support/gtc-process.ts";
import { runGtc } from "../support/run-gtc.ts";
import { createTestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

/** Mounts a disk of 8 MB; false where that is not permitted. */
function mountSmall(path: string): boolean {
  try {
    execFileSync("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", path], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

test("a gateway that is started on a full disk", async ({ skip }) => {
  const bundle = await createTestBundle({});
  const state = join(bundle.folder, "state");
  if (!mountSmall(state)) skip("mounting is not permitted here");
  try {
    await bundle.setup({});
    // Killed, as by the same fault of the machine; one that is stopped folds its index together, which then needs room to be opened.
    const before = await startGtc(bundle.folder);
    expect((await fetch(`${before.url}/events/webhook/demo/any`, { method: "POST", body: "x" })).status).toBe(202);
    // Killed before, it would leave an index that lacks the event, which a full disk does not let it write.
    const { admin_url, token } = JSON.parse(readFileSync(join(state, "gateway.json"), "utf8")) as Record<
      string,
      string
    >;
    const listed = await fetch(`${admin_url}/api/events`, { headers: { authorization: `Bearer ${token}` } });
    expect(await listed.json()).toMatchObject({ items: [expect.anything()] });
    await before.kill();
    rmSync(join(state, "gateway.json"));
    const { bavail, bsize } = statfsSync(state);
    writeFileSync(join(state, "ballast"), Buffer.alloc(bavail * bsize));

    const gateway = await TestGateway.start(bundle);
    expect(gateway.faults).toEqual([expect.stringContaining("state/gateway.json")]);
    const refused = await gateway.post("demo/any", "x".repeat(100_000), {});
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, expect.any(String)]);
    const { items } = (await (await gateway.api("events")).json()) as { items: unknown[] };
    expect(items).toHaveLength(1);
    expect(readdirSync(state).filter((name) => name.startsWith("gateway"))).toEqual([]);

    rmSync(join(state, "ballast"));
    await expect.poll(async () => (await gateway.post("demo/any", "{}")).status, { timeout: 10_000 }).toBe(202);
    await expect.poll(() => existsSync(join(state, "gateway.json")), { timeout: 10_000 }).toBe(true);
    await gateway[Symbol.asyncDispose]();
    expect(existsSync(join(state, "gateway.json"))).toBe(false);
  } finally {
    execFileSync("/usr/bin/umount", [state]);
    await bundle.remove();
  }
});

test("a flow that was edited while the disk was full is taken over by itself when there is room", async ({ skip }) => {
  const flow = (says: string): string =>
    `nodes: [{ id: a, type: http_response, config: { body: ${says} } }]\ntriggers: [{ type: event, event_type: hi }]\n`;
  const bundle = await createTestBundle({ "hi.ygtc": flow("before") });
  const state = join(bundle.folder, "state");
  if (!mountSmall(state)) skip("mounting is not permitted here");
  try {
    await bundle.setup({});
    const gateway = await startGtc(bundle.folder, ["--watch"]);
    const { bavail, bsize } = statfsSync(state);
    writeFileSync(join(state, "ballast"), Buffer.alloc(bavail * bsize));
    // Larger than what is left of the page that the journal's last record is on.
    await bundle.write("flows/hi.ygtc", `# ${"x".repeat(100_000)}\n${flow("after")}`);
    while (!gateway.output().includes("last good version goes on")) await once(gateway.child.stdout!, "data");
    rmSync(join(state, "ballast"));
    while (!gateway.output().includes("Loaded 1 flow")) await once(gateway.child.stdout!, "data");
    const answer = await fetch(`${gateway.url}/events/webhook/demo/hi`, { method: "POST", body: "{}" });
    expect(await answer.text()).toBe("after");
    expect(await gateway.stop()).toBe(0);
  } finally {
    execFileSync("/usr/bin/umount", [state]);
    await bundle.remove();
  }
});

/** Its output is 640 KB. */
const LARGE = `
nodes: [{ id: make, type: script, config: { script: "let s = \\"xxxxxxxxxx\\"; for i in 0..16 { s = s + s; } s" } }]
triggers: [{ type: event, event_type: any }]
`;

test("a replay without a gateway says what it waits for on a full disk, and goes on when there is room", async ({
  skip,
}) => {
  const bundle = await createTestBundle({ "large.ygtc": LARGE });
  const state = join(bundle.folder, "state");
  if (!mountSmall(state)) skip("mounting is not permitted here");
  try {
    await bundle.setup({});
    const gateway = await TestGateway.start(bundle);
    const { event_id: id } = (await gateway.post("demo/any", "{}")).json();
    await gateway.settled(id);
    await gateway[Symbol.asyncDispose]();
    const free = (): number => statfsSync(state).bavail * statfsSync(state).bsize;
    writeFileSync(join(state, "ballast"), Buffer.alloc(free() - 500_000));
    const replay = runGtc(["events", "replay", String(id), bundle.folder]);
    await expect.poll(free, { timeout: 10_000 }).toBe(0);
    rmSync(join(state, "ballast"));
    const { exitCode, stdout, stderr } = await replay;
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("succeeded")]);
    expect(stderr).toContain("ENOSPC");
  } finally {
    execFileSync("/usr/bin/umount", [state]);
    await bundle.remove();
  }
});
