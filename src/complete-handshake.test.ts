import { afterEach, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../test/support/test-bundle.ts";
import { changeSetup } from "./change-setup.ts";
import { createHandshakeCompleter } from "./complete-handshake.ts";
import { openSetup } from "./setup/index.ts";

const ROUTE = { tenant: "demo", eventType: "asana" };
const ANSWER = { status: 200, headers: [], body: "" };
let bundle: TestBundle;
afterEach(() => bundle.remove());

interface Calls {
  readonly fetched: string[];
  reloads: number;
}

async function completer(
  fails = false,
): Promise<{ complete: ReturnType<typeof createHandshakeCompleter>; calls: Calls }> {
  bundle = await createTestBundle({}, { signatures: { asana: { provider: "asana" } } });
  const calls: Calls = { fetched: [], reloads: 0 };
  const complete = createHandshakeCompleter({
    bundleFolder: bundle.folder,
    keyText: undefined,
    fetchText: async (url) => {
      calls.fetched.push(url);
      if (fails) throw new Error("unreachable");
      return "";
    },
    reloadSources: async () => void (calls.reloads += 1),
    changeSetup: (work) => changeSetup(bundle.folder, work),
    now: () => 0,
  });
  return { complete, calls };
}

test("a secret that is handed over is sealed and taken over", async () => {
  const { complete, calls } = await completer();
  await complete(ROUTE, { name: "asana", answer: ANSWER, newSecret: "handed-over" });
  const { settings, secrets } = await openSetup(bundle.folder, undefined);
  expect(settings.shared.byType["asana"]!.keys).toMatchObject([{ name: "handshake", origin: "handshake" }]);
  expect([...secrets.values()]).toEqual(["handed-over"]);
  expect(calls.reloads).toBe(1);
});

test("of two secrets at the same moment one is kept, and the other's sender is told to come again", async () => {
  const { complete } = await completer();
  const [first, second] = await Promise.allSettled([
    complete(ROUTE, { name: "asana", answer: ANSWER, newSecret: "first" }),
    complete(ROUTE, { name: "asana", answer: ANSWER, newSecret: "second" }),
  ]);
  expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
  expect([...(await openSetup(bundle.folder, undefined)).secrets.values()]).toEqual(["first"]);
});

test("a subscription is confirmed before it is answered; when that fails, the provider tries again", async () => {
  const confirmUrl = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";
  const fine = await completer();
  await fine.complete(ROUTE, { name: "sns", answer: ANSWER, confirmUrl });
  expect(fine.calls.fetched).toEqual([confirmUrl]);
  await bundle.remove();
  const failing = await completer(true);
  await expect(failing.complete(ROUTE, { name: "sns", answer: ANSWER, confirmUrl })).rejects.toMatchObject({
    name: "VerifierFault",
  });
});
