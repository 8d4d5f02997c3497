/** The inspector when things go wrong: no gateway, no session, huge and hostile payloads. */
import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import type { TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";
import { feedRows, launchBrowser, openInspector, seriousFindings } from "./support/inspector.ts";
import { createQuietBundle, postTick } from "./support/quiet-bundle.ts";

const ASSETS = fileURLToPath(new URL("../../dist/inspector/assets", import.meta.url));
const SCRIPTS = readdirSync(ASSETS).filter((name) => name.endsWith(".js")).length;

let browser: Browser;
let bundle: TestBundle;
let gateway: TestGateway;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  bundle = await createQuietBundle();
  gateway = await TestGateway.start(bundle);
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

async function open(): Promise<Page> {
  const page = await openInspector(browser, { adminUrl: gateway.adminUrl, token: gateway.gateway.token });
  onTestFinished(() => page.context().close());
  return page;
}

/** Opens the event that was posted. */
async function openEvent(id: string): Promise<Page> {
  await gateway.settled(id);
  const page = await open();
  await page.goto(`${gateway.adminUrl}/events/${id}`);
  await page.locator("[data-run]").first().waitFor();
  return page;
}

/** As the browser does it when its window or tab is covered, or comes to sight. */
async function become(page: Page, state: "hidden" | "visible"): Promise<void> {
  await page.evaluate(`Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));`);
}

async function restart(): Promise<void> {
  const { webhook, admin } = gateway.gateway.addresses;
  gateway = await TestGateway.start(bundle, { port: String(webhook.port), admin_port: String(admin.port) });
}

test("while the gateway is away the page says so and keeps what it has; then it goes on and misses nothing", async () => {
  await postTick(gateway.url, "{}");
  const page = await open();
  await feedRows(page).first().waitFor();
  // All of the page's code has come.
  const loaded = "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).length";
  await expect.poll(() => page.evaluate(loaded), { timeout: 10_000 }).toBe(SCRIPTS);
  await gateway[Symbol.asyncDispose]();
  await page
    .getByText("The gateway does not answer. What is shown is the last that is known", { exact: false })
    .waitFor();
  expect(await feedRows(page).count()).toBe(1);
  await page.getByRole("link", { name: "Sources" }).click();
  await page.getByRole("alert").getByText("Is it running?", { exact: false }).waitFor();
  await restart();
  await postTick(gateway.url, "{}");
  await page.getByRole("row").nth(1).waitFor();
  await page.getByRole("link", { name: "Live", exact: true }).click();
  await expect.poll(() => feedRows(page).count(), { timeout: 15_000 }).toBe(2);
  await expect.poll(() => page.locator(".lost .note").count()).toBe(0);
});

test("a gateway with a new token ends the session, and the page says what to do", async () => {
  const page = await open();
  await page.getByText("Nothing has arrived yet").waitFor();
  await gateway[Symbol.asyncDispose]();
  await rm(join(bundle.folder, "state", "admin.token"));
  await restart();
  await page.getByRole("heading", { name: "Your session has ended" }).waitFor();
  await page.getByText("prints a link that signs you in", { exact: false }).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByLabel("Token").fill(gateway.gateway.token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Nothing has arrived yet").waitFor();
  await postTick(gateway.url, "{}");
  await feedRows(page).first().waitFor();
});

test("a page that nobody sees gives its connection back, and catches up when it is seen again", async () => {
  const page = await open();
  await page.getByText("Nothing has arrived yet").waitFor();
  await become(page, "hidden");
  await page.locator('.stream[data-state="connecting"]').waitFor();
  await postTick(gateway.url, "{}");
  expect(await feedRows(page).count()).toBe(0);
  await become(page, "visible");
  await feedRows(page).first().waitFor();
});

test("an event that nobody saw before its first change is as it is now when its page is seen again", async () => {
  const id = await postTick(gateway.url, "{}");
  const page = await openEvent(id);
  await page.locator('.stream[data-state="open"]').waitFor();
  await become(page, "hidden");
  await page.locator('.stream[data-state="connecting"]').waitFor();
  await gateway.api(`events/${id}/replay`, { method: "POST" });
  await gateway.eventWhen(id, ({ runs }) => runs.length === 2 && runs.every(({ status }) => status === "succeeded"));
  await become(page, "visible");
  await expect.poll(() => page.locator("[data-run]").count()).toBe(2);
});

test("a page that is seen again while the gateway is away goes on when it is back", async () => {
  const page = await open();
  await page.locator('.stream[data-state="open"]').waitFor();
  await become(page, "hidden");
  await gateway[Symbol.asyncDispose]();
  await page.locator('.stream[data-state="lost"]').waitFor();
  await become(page, "visible");
  // Longer than a hidden page keeps its connection.
  await expect.poll(() => page.evaluate<number>("performance.now()"), { timeout: 20_000 }).toBeGreaterThan(9_000);
  await restart();
  await page.locator('.stream[data-state="open"]').waitFor();
});

test("a payload of 5 MB is shown in parts, without stopping the page", async ({ annotate }) => {
  const items = Array.from({ length: 50_000 }, (_, n) => ({ id: n, name: `item ${String(n)}`, note: "x".repeat(60) }));
  const body = JSON.stringify({ items });
  expect(body.length).toBeGreaterThan(5_000_000);
  const id = await postTick(gateway.url, body);
  await gateway.settled(id);
  const page = await open();
  await page.addInitScript(`globalThis.longestMs = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longestMs = Math.max(globalThis.longestMs, duration);
    }).observe({ type: "longtask", buffered: true });`);
  await page.goto(`${gateway.adminUrl}/events/${id}`);
  const shown = page.getByRole("group", { name: "Body", exact: true });
  await shown.getByText('"item 0"', { exact: false }).first().waitFor();
  await page
    .getByRole("button", { name: /^Show more/ })
    .first()
    .click();
  await page.getByRole("button", { name: "Raw", exact: true }).click();
  await page.getByText("Shown in part; download it for the rest.").waitFor();
  const longestMs = await page.evaluate<number>("globalThis.longestMs");
  await annotate(`5 MB of JSON: the page did not answer for ${longestMs.toFixed(0)} ms at most`);
  expect(longestMs).toBeLessThan(3_000);
});

test("what strangers send is text: no markup, no hidden characters, nothing wider than the page", async () => {
  const hostile = {
    html: `<img src=x onerror="globalThis.hacked = true"><script>globalThis.hacked = true</script>`,
    turned: "pay \u202e000,1\u202c to\u200b Ada",
    long: "w".repeat(20_000),
    deep: JSON.parse("[".repeat(490) + "]".repeat(490)) as unknown,
  };
  const posted = await gateway.post("demo/ticks?turned%E2%80%AEname=1", JSON.stringify(hostile), {
    "content-type": "application/json",
    "x-long": "v".repeat(12_000),
    "x-html": "<b onmouseover=alert(1)>bold</b>",
  });
  const id = String(posted.json()["event_id"]);
  const page = await openEvent(id);
  const body = page.getByRole("group", { name: "Body", exact: true });
  await body.getByText("<script>globalThis.hacked = true</script>", { exact: false }).waitFor();
  expect(await body.innerText()).toContain(String.raw`pay \u202e000,1\u202c to\u200b Ada`);
  await page.getByText("<b onmouseover=alert(1)>bold</b>").waitFor();
  await page.getByText(String.raw`turned\u202ename`, { exact: true }).waitFor();
  expect(await page.evaluate("globalThis.hacked")).toBeUndefined();
  expect(await page.evaluate("document.querySelectorAll('main img, main script').length")).toBe(0);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(1280);
  const long = page.getByText("v".repeat(100), { exact: false }).first();
  expect((await long.boundingBox())?.height).toBeLessThan(200);
  expect(await seriousFindings(page)).toEqual([]);
});
