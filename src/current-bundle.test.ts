/** Changes of the bundle that a gateway works with, one beside the other. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../test/support/test-bundle.ts";
import { SCRIPT } from "../test/support/flows.ts";
import { systemClock } from "./base/index.ts";
import { CurrentBundle } from "./current-bundle.ts";
import { loadFlows } from "./flow/index.ts";
import { createKeyStore } from "./signature/index.ts";

let bundle: TestBundle;
let current: CurrentBundle;
beforeEach(async () => {
  bundle = await createTestBundle({});
  current = new CurrentBundle(
    await bundle.load(),
    createKeyStore(() => Promise.reject(new Error("nothing is fetched here"))),
  );
});
afterEach(() => bundle.remove());

test("flows that take long to load and a secret that comes meanwhile are both there in the end", async () => {
  let goOn: () => void = () => undefined;
  const isRead = new Promise<void>((resolve) => (goOn = resolve));
  const { flows } = loadFlows([{ path: "f.ygtc", text: SCRIPT }]);
  const slow = current.change(async (now) => {
    await isRead;
    return { bundle: { ...now, flows } };
  }, systemClock);
  const quick = current.change(async (now) => ({ bundle: { ...now, publicBaseUrl: "https://new" } }), systemClock);
  goOn();
  await Promise.all([slow, quick]);
  expect([current.bundle.publicBaseUrl, current.flows.all.length]).toEqual(["https://new", 1]);
});

test("a change that fails changes nothing, and keeps nobody from the next", async () => {
  const failed = current.change(() => Promise.reject(new Error("no")), systemClock);
  const next = current.change(async (now) => ({ bundle: { ...now, publicBaseUrl: "https://new" } }), systemClock);
  await expect(failed).rejects.toThrow("no");
  await next;
  expect(current.bundle.publicBaseUrl).toBe("https://new");
});
