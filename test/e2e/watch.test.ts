/** `gtc start --watch`: flows and bundle.yaml are edited while the gateway runs. */
import { once } from "node:events";
import { mkdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startGtc, type RunningGateway } from "../support/gtc-process.ts";
import { signGithub } from "../support/sign.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";

const flow = (body: string): string =>
  `nodes: [{ id: answer, type: http_response, config: { body: ${body} } }]\ntriggers: [{ type: event, event_type: hi }]\n`;

let bundle: TestBundle;
let gateway: RunningGateway;

beforeEach(async () => {
  bundle = await createTestBundle({ "hi.ygtc": flow("one") });
  gateway = await startGtc(bundle.folder, ["--watch"]);
});
afterEach(async () => {
  await gateway.kill();
  await bundle.remove();
});

/** Does something and waits for a line that the gateway prints because of it. */
async function said(wanted: RegExp, act: () => Promise<unknown>): Promise<string> {
  const from = gateway.output().length;
  await act();
  while (!wanted.test(gateway.output().slice(from))) await once(gateway.child.stdout!, "data");
  return gateway.output().slice(from);
}

async function post(path = "demo/hi"): Promise<{ status: number; body: string }> {
  const response = await fetch(`${gateway.url}/events/webhook/${path}`, { method: "POST", body: "{}" });
  return { status: response.status, body: await response.text() };
}

/** A folder that comes in several steps is loaded several times. Each request makes the gateway print a line. */
async function untilBody(body: string): Promise<void> {
  for (let isThere = false; !isThere;) {
    const printed = once(gateway.child.stdout!, "data");
    isThere = (await post()).body === body;
    await printed;
  }
}

test("an edit is taken, a faulty one keeps the last good version and says so, and its correction is taken", async () => {
  expect(await post()).toMatchObject({ body: "one" });
  await said(/Loaded 1 flow/, () => bundle.write("flows/hi.ygtc", flow("two")));
  expect(await post()).toMatchObject({ body: "two" });

  const faulty = flow("three").replace("http_response", "http_respond");
  const complaint = await said(/last good version/, () => bundle.write("flows/hi.ygtc", faulty));
  expect(complaint).toContain("hi.ygtc");
  expect(complaint).toContain("http_response");
  expect(await post()).toMatchObject({ body: "two" });

  await said(/Loaded 1 flow/, () => bundle.write("flows/hi.ygtc", flow("four")));
  expect(await post()).toMatchObject({ body: "four" });
});

test("a folder that something is written into all the time is loaded all the same", async () => {
  const loaded = new AbortController();
  const writing = (async () => {
    for (let n = 0; !loaded.signal.aborted; n++) {
      await bundle.write("flows/.draft", String(n));
      await bundle.write("flows/hi.ygtc", flow(`w${n % 2}`));
      await setImmediate();
    }
  })();
  await said(/Loaded 1 flow/, () => Promise.resolve());
  loaded.abort();
  await writing;
  expect((await post()).body).toMatch(/^w[01]$/);
});

test("flows come and go with their files, also in folders that were not there", async () => {
  await said(/Loaded 2 flow/, () =>
    bundle.write("flows/ho.ygtc", flow("ho").replace("event_type: hi", "event_type: ho")),
  );
  expect(await post("demo/ho")).toMatchObject({ body: "ho" });
  await said(/Loaded 3 flow/, () => bundle.write("tenants/demo/flows/own.ygtc", flow("own").replace(": hi", ": own")));
  expect(await post("demo/own")).toMatchObject({ body: "own" });
  await said(/Loaded 2 flow/, () => rm(join(bundle.folder, "flows", "ho.ygtc")));
  expect(await post("demo/ho")).toMatchObject({ status: 202 });
});

test("files that an editor or the system leaves beside the flows are no flows", async () => {
  await said(/Loaded 1 flow/, async () => {
    await symlink("someone@host.1234", join(bundle.folder, "flows", ".#hi.ygtc"));
    await bundle.write("flows/._hi.ygtc", "\0\0no text");
    await bundle.write("flows/hi.ygtc~", flow("old"));
    await bundle.write("flows/hi.ygtc", flow("two"));
  });
  expect(await post()).toMatchObject({ body: "two" });
});

test("a file whose place a folder had for a moment is watched again", async () => {
  const path = join(bundle.folder, "flows/hi.ygtc");
  // Of some of these the system does not tell.
  for (const body of ["two", "three", "four", "five", "six"]) {
    await said(/unreadable-file/, async () => {
      rmSync(path);
      mkdirSync(path);
    });
    rmdirSync(path);
    writeFileSync(path, flow(body));
    await untilBody(body);
    expect((await post()).body).toBe(body);
  }
});

test("tenants of bundle.yaml come with it, and a faulty bundle.yaml changes nothing", async () => {
  expect(await post("shop/hi")).toMatchObject({ status: 404 });
  const bundleYaml = (tenants: string): string =>
    `schema_version: "1"\nbundle_id: test\nname: Test\ntenants: ${tenants}\n`;
  const write = (text: string): Promise<void> => writeFile(join(bundle.folder, "bundle.yaml"), text);
  await said(/Loaded 1 flow/, () => write(bundleYaml("[demo, shop]")));
  expect(await post("shop/hi")).toMatchObject({ body: "one" });
  await said(/last good version/, () => write(bundleYaml("[demo")));
  expect(await post("shop/hi")).toMatchObject({ body: "one" });
});

test("flows that are a link to a folder change with the link, and are watched where it leads then", async () => {
  const release = (name: string): string => join("releases", name, "hi.ygtc");
  await bundle.write(release("1"), flow("first"));
  await bundle.write(release("2"), flow("second"));
  const flows = join(bundle.folder, "flows");
  await said(/Loaded 1 flow/, async () => {
    await rm(flows, { recursive: true });
    await symlink("releases/1", flows);
  });
  await untilBody("first");
  await symlink("releases/2", `${flows}.new`);
  await said(/Loaded 1 flow/, () => rename(`${flows}.new`, flows));
  await untilBody("second");
  await said(/Loaded 1 flow/, () => bundle.write(release("2"), flow("third")));
  expect(await post()).toMatchObject({ body: "third" });
});

test("while a flow is faulty, a rotated secret and the settings of now are taken over all the same", async () => {
  const scheme = (secret: string): object => ({ signatures: { hi: { provider: "github", secret } } });
  const signed = async (secret: string): Promise<number> => {
    const headers = { "x-hub-signature-256": signGithub("{}", secret) };
    return (await fetch(`${gateway.url}/events/webhook/demo/hi`, { method: "POST", body: "{}", headers })).status;
  };
  await said(/Loaded 1 flow/, () => bundle.setup(scheme("first-secret")));
  expect(await signed("first-secret")).toBe(200);
  await said(/last good version/, () => bundle.write("flows/hi.ygtc", "nodes: ["));
  expect(await said(/last good version/, () => bundle.setup(scheme("second-secret")))).toContain("hi.ygtc");
  expect(await signed("second-secret")).toBe(200);
  expect(await signed("first-secret")).toBe(401);
});

test("a warning of a file that was edited is shown, and not again at each edit of another", async () => {
  const lonely = flow("lonely").replace(/triggers.*/, "");
  expect(await said(/Loaded 2 flow/, () => bundle.write("flows/lonely.ygtc", lonely))).toContain("no-trigger");
  expect(await said(/Loaded 2 flow/, () => bundle.write("flows/hi.ygtc", flow("two")))).not.toContain("no-trigger");
});

test("without --watch, secrets are taken over while bundle.yaml is faulty, and its tenants go on", async () => {
  await gateway.kill();
  gateway = await startGtc(bundle.folder);
  await bundle.write("bundle.yaml", 'schema_version: "1"\nbundle_id: test\nname: Test\ntenants: [demo');
  const complaint = await said(/last good version/, () => utimes(join(bundle.folder, "state", "settings.json"), 1, 1));
  expect(complaint).toContain("bundle.yaml:");
  expect(await post()).toMatchObject({ status: 200, body: "one" });
});
