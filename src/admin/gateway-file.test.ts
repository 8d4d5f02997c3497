/** `state/gateway.json` on a disk that takes nothing more of this user. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { getSystemErrorName } from "node:util";
import { expect, test, vi } from "vitest";
import { announceGateway, findGateway } from "./gateway-file.ts";

vi.mock(import("node:fs/promises"), async (original) => {
  const real = await original();
  return { ...real, writeFile: vi.fn<typeof writeFile>(real.writeFile) };
});

/** What `fs` throws for it. */
function refused(name: "ENOSPC" | "EDQUOT" | "EROFS"): Error {
  const errno = -constants.errno[name];
  const code = getSystemErrorName(errno);
  return Object.assign(new Error(`${code}: ${code}, write`), { code, errno, syscall: "write" });
}

const content = { pid: process.pid, admin_url: "http://h:1", webhook_url: "http://h:2", token: "t" };

test.each(["ENOSPC", "EDQUOT"] as const)(
  "a gateway that cannot announce itself (%s) runs all the same",
  async (name) => {
    const folder = await mkdtemp(join(tmpdir(), "gtc-"));
    vi.mocked(writeFile).mockRejectedValueOnce(refused(name));
    const told = vi.fn<(what: string, fault: unknown) => void>();
    const takeBack = await announceGateway(folder, content, told);
    expect(told).toHaveBeenCalledOnce();
    await expect.poll(() => findGateway(folder), { timeout: 10_000 }).toEqual(content);
    await takeBack();
    await rm(folder, { recursive: true });
  },
);

test("what is no want of room ends the start", async () => {
  vi.mocked(writeFile).mockRejectedValueOnce(refused("EROFS"));
  await expect(announceGateway(tmpdir(), content, () => undefined)).rejects.toThrow("EROFS");
});
