/** The inspector's live view in a browser, on a real gateway. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { TestGateway } from "../support/test-gateway.ts";
import type { TestBundle } from "../support/test-bundle.ts";
import { feedRows, launchBrowser, openInspector, seriousFindings, type Inspected } from "./support/inspector.ts";
import { createSampleBundle, GITHUB_SECRET, postIssue, postOrder } from "./support/sample-bundle.ts";

let browser: Browser;
let bundle: TestBundle;
let gateway: TestGateway;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  bundle = await createSampleBundle();
  gateway = await TestGateway.start(bundle);
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

/** The rows, in any language. */
const feedRowsIn = (page: Page): Locator => page.locator(".feed-scroll li");

const inspected = (): Inspected => ({ adminUrl: gateway.adminUrl, token: gateway.gateway.token });

test("an empty inspector shows the addresses and a curl, and the first event without a reload", async () => {
  const page = await openInspector(browser, inspected());
  expect(page.url()).not.toContain("token");
  await page.getByText("Nothing has arrived yet").waitFor();
  await page.getByText("/events/webhook/demo/github", { exact: false }).first().waitFor();
  await page.getByRole("button", { name: "Copy signed curl" }).first().waitFor();
  // A command may hold the secret itself: it is not made, and not written down, before somebody wants it.
  expect(await readFile(join(bundle.folder, "state", "audit.jsonl"), "utf8")).not.toContain("curl");
  expect(await seriousFindings(page)).toEqual([]);
  await postIssue(gateway.url, "It does not start");
  const row = feedRows(page).filter({ hasText: "github" });
  await row.getByText("done").waitFor();
  expect(await row.innerText()).toContain("verified");
  await page.context().close();
});

test("a stream that has no room for another page is not told as a gateway that does not answer", async () => {
  const page = await openInspector(browser, inspected());
  await page.getByText("Nothing has arrived yet").waitFor();
  await page.route("**/api/stream*", (route) => route.fulfill({ status: 503, json: { detail: "Too many" } }));
  await page.reload();
  await page.getByText("Too many pages follow this gateway").waitFor();
  expect(await page.getByText("does not answer").count()).toBe(0);
  await page.unroute("**/api/stream*");
  await page.locator('.stream[data-state="open"]').waitFor();
  expect(await page.locator(".lost .note").count()).toBe(0);
  await page.context().close();
});

test("a filter is in the address, and whoever opens that address sees the same", async () => {
  await postIssue(gateway.url, "One");
  await postOrder(gateway.url);
  await postIssue(gateway.url, "Refused", "not the secret of this source");
  const page = await openInspector(browser, inspected());
  await feedRows(page).nth(2).waitFor();
  await page.getByLabel("Event type").fill("orders");
  await page.waitForURL("**/?type=orders");
  await expect.poll(() => feedRows(page).count()).toBe(1);
  const shared = await page.context().newPage();
  await shared.goto(page.url());
  await feedRows(shared).first().waitFor();
  expect(await feedRows(shared).allInnerTexts()).toEqual([expect.stringContaining("orders")]);
  await shared.getByRole("button", { name: "Event type: orders" }).click();
  await feedRows(shared).nth(2).waitFor();
  await shared.getByLabel("Signature").selectOption("refused");
  await shared.waitForURL("**/?verdict=refused");
  await shared.getByText("401").waitFor();
  await expect.poll(() => feedRows(shared).count()).toBe(1);
  await page.context().close();
});

test("rarer filters are behind a button: delivery, provider's type, flow, and from and to", async () => {
  const delivery = "0b1c7a54-0000-4000-8000-00000000000d";
  await postIssue(gateway.url, "One", GITHUB_SECRET, delivery);
  await postIssue(gateway.url, "Two");
  await postOrder(gateway.url);
  const page = await openInspector(browser, inspected());
  await feedRows(page).nth(2).waitFor();
  await page.getByRole("button", { name: "More filters" }).click();
  await page.getByLabel("Delivery id").fill(delivery);
  await page.waitForURL(`**/?delivery_id=${delivery}`);
  await expect.poll(() => feedRows(page).count()).toBe(1);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByLabel("Provider's type").fill("issues");
  await expect.poll(() => feedRows(page).count()).toBe(2);
  await page.getByLabel("Flow", { exact: true }).fill("orders");
  await page.getByText("Nothing matches these filters.").waitFor();
  await page.getByRole("button", { name: "Provider's type: issues" }).click();
  await expect.poll(() => feedRows(page).count()).toBe(1);
  await page.getByLabel("From", { exact: true }).fill("2020-01-01T00:00");
  await page.getByLabel("To", { exact: true }).fill("2020-01-02T00:00");
  await page.getByText("Nothing matches these filters.").waitFor();
  await page.getByLabel("Period").selectOption("24h");
  await page.waitForURL("**/?flow=orders&period=24h");
  await expect.poll(() => feedRows(page).count()).toBe(1);
  expect(await seriousFindings(page)).toEqual([]);
  await page.context().close();
});

test("after a restart of the gateway the page goes on and has missed nothing", async () => {
  const page = await openInspector(browser, inspected());
  await postIssue(gateway.url, "Before");
  await feedRows(page).first().waitFor();
  const { webhook, admin } = gateway.gateway.addresses;
  await gateway[Symbol.asyncDispose]();
  await page.getByText("Connection lost").waitFor();
  gateway = await TestGateway.start(bundle, { port: String(webhook.port), admin_port: String(admin.port) });
  // Sent before the page is back.
  await postOrder(gateway.url);
  await expect.poll(() => feedRows(page).count(), { timeout: 20_000 }).toBe(2);
  expect((await feedRows(page).allInnerTexts()).join(" ")).toMatch(/orders.*github/s);
  await page.context().close();
});

test("rows are walked with j and k and opened with enter; a paused list waits", async () => {
  await postIssue(gateway.url, "One");
  await postOrder(gateway.url);
  const page = await openInspector(browser, inspected());
  await feedRows(page).nth(1).waitFor();
  await page.keyboard.press("p");
  await postOrder(gateway.url);
  await page.getByRole("button", { name: "1 new request" }).waitFor();
  expect(await feedRows(page).count()).toBe(2);
  await page.keyboard.press("p");
  await feedRows(page).nth(2).waitFor();
  for (const key of ["j", "j", "j", "k", "j", "Enter"]) await page.keyboard.press(key);
  await page.getByRole("heading", { name: "github" }).waitFor();
  await page.keyboard.press("Escape");
  await page.waitForURL("**/");
  await page.context().close();
});

test("at every width rows end within the list, and only the list scrolls", async () => {
  for (let n = 0; n < 12; n++) await postIssue(gateway.url, "One");
  await postIssue(gateway.url, "Refused", "not the secret of this source");
  const page = await openInspector(browser, inspected(), { locale: "de-DE" });
  for (const width of [1440, 1280, 1024, 900, 768, 600, 390]) {
    await page.setViewportSize({ width, height: 700 });
    await feedRowsIn(page).nth(2).waitFor();
    const faults = await page.evaluate<string[]>(`(() => {
      const { clientWidth, clientHeight, scrollHeight, scrollWidth } = document.documentElement;
      const ends = [...document.querySelectorAll(".feed-row > span")].map((cell) => cell.getBoundingClientRect().right);
      return [
        ...(scrollWidth > clientWidth ? ["the page is wider than the window"] : []),
        ...(scrollHeight > clientHeight ? ["the page scrolls beside its list"] : []),
        ...(Math.max(...ends) > clientWidth ? ["a row ends outside"] : []),
      ];
    })()`);
    expect([width, faults]).toEqual([width, []]);
  }
  await page.context().close();
});

test("what the filters let through is saved as a file", async () => {
  await postIssue(gateway.url, "One");
  await postOrder(gateway.url);
  const page = await openInspector(browser, inspected());
  await page.goto(`${gateway.adminUrl}/?type=orders&period=1h`);
  await feedRows(page).first().waitFor();
  await page.getByRole("button", { name: "More filters" }).click();
  for (const form of ["NDJSON", "HAR"]) {
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: `Export as ${form}` }).click();
    const text = await readFile(await (await saved).path(), "utf8");
    expect(text).toContain("orders");
    expect(text).not.toContain("github");
  }
  await feedRows(page).first().waitFor();
  await page.context().close();
});

test("the page speaks the browser's language, and another when asked", async () => {
  const page = await openInspector(browser, inspected(), { locale: "de-AT" });
  await page.getByText("Noch ist nichts angekommen").waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("de");
  await page.getByText("Ungeprüft: Wer die Adresse kennt, kann senden.").first().waitFor();
  expect(await page.locator("main").innerText()).not.toMatch(/NOT VERIFIED|Nothing is configured/);
  await page.getByRole("button", { name: "Einstellungen" }).click();
  await page.getByLabel("Sprache").selectOption("en");
  await page.getByText("Nothing has arrived yet").waitFor();
  await page.reload();
  await page.getByText("Nothing has arrived yet").waitFor();
  await page.context().close();
});

test("why a request was refused is said in the reader's words, the code is at hand", async () => {
  await postIssue(gateway.url, "One", "not the secret of this source");
  await gateway.post("demo/github", "{}", { "x-hub-signature-256": "sha256=short" });
  const page = await openInspector(browser, inspected(), { locale: "de-DE" });
  const reasons = page.locator(".feed-reason");
  await reasons.nth(1).waitFor();
  expect(await reasons.allInnerTexts()).toEqual([
    "Die Signatur ist nicht lesbar",
    "Das Geheimnis ist ein anderes, oder der Inhalt wurde geändert",
  ]);
  expect(await reasons.last().getAttribute("title")).toMatch(/^wrong_secret: /);
  // It is not cut off on a laptop.
  expect(await reasons.last().evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
  await page.context().close();
});

test.for(["light", "dark"] as const)("axe finds nothing serious in the live view, %s", async (colorScheme) => {
  await postIssue(gateway.url, "One");
  await postIssue(gateway.url, "Refused", "not the secret of this source");
  await postOrder(gateway.url);
  const page = await openInspector(browser, inspected(), { colorScheme });
  await feedRows(page).nth(2).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.context().close();
});

test("an old link says so, and does not end a session that is good", async () => {
  const old = `${gateway.adminUrl}/?status=done#token=of-another-day`;
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  await page.goto(old);
  await page.getByRole("heading", { name: "This link is no longer good" }).waitFor();
  expect(page.url()).not.toContain("token");
  await page.getByLabel("Token").fill("still not");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("This is not the token of this gateway.").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByLabel("Token").fill(gateway.gateway.token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Nothing matches these filters.").waitFor();
  const again = await context.newPage();
  await again.goto(old);
  await again.getByText("Nothing matches these filters.").waitFor();
  await context.close();
});

test("without the token nothing is shown but the login, which takes it", async () => {
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  await page.goto(gateway.adminUrl);
  await page.getByLabel("Token").fill("not the token");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByLabel("Token").fill(gateway.gateway.token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Nothing has arrived yet").waitFor();
  await context.close();
});

test("who signs out in one tab is signed out in the others: their stream shows nothing more", async () => {
  const page = await openInspector(browser, inspected());
  const other = await page.context().newPage();
  await other.goto(gateway.adminUrl);
  await other.locator('.stream[data-state="open"]').waitFor();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Who is there?").waitFor();
  await other.getByText("Your session has ended").waitFor();
  await postIssue(gateway.url, "Nobody is to see this");
  expect(await feedRowsIn(other).count()).toBe(0);
  await page.context().close();
});
