/** The inspector's live view in a browser, on a real gateway. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { TestGateway } from "../support/test-gateway.ts";
import type { TestBundle } from "../support/test-bundle.ts";
import { launchBrowser, openInspector, seriousFindings, type Inspected } from "./support/inspector.ts";
import { createSampleBundle, postIssue, postOrder } from "./support/sample-bundle.ts";

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

const inspected = (): Inspected => ({ adminUrl: gateway.adminUrl, token: gateway.gateway.token });

test("an empty inspector shows the addresses and a curl, and the first event without a reload", async () => {
  const page = await openInspector(browser, inspected());
  expect(page.url()).not.toContain("token");
  await page.getByText("Nothing has arrived yet").waitFor();
  await page.getByText("/events/webhook/demo/github", { exact: false }).first().waitFor();
  await page.getByRole("button", { name: "Copy signed curl" }).first().waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await postIssue(gateway.url, "It does not start");
  const row = page.getByRole("listitem").filter({ hasText: "github" });
  await row.getByText("done").waitFor();
  expect(await row.innerText()).toContain("verified");
  await page.context().close();
});

test("a filter is in the address, and whoever opens that address sees the same", async () => {
  await postIssue(gateway.url, "One");
  await postOrder(gateway.url);
  await postIssue(gateway.url, "Refused", "not the secret of this source");
  const page = await openInspector(browser, inspected());
  await page.getByRole("listitem").nth(2).waitFor();
  await page.getByLabel("Event type").fill("orders");
  await page.waitForURL("**/?type=orders");
  await expect.poll(() => page.getByRole("listitem").count()).toBe(1);
  const shared = await page.context().newPage();
  await shared.goto(page.url());
  await shared.getByRole("listitem").first().waitFor();
  expect(await shared.getByRole("listitem").allInnerTexts()).toEqual([expect.stringContaining("orders")]);
  await shared.getByLabel("Event type").fill("");
  await shared.getByLabel("Signature").selectOption("refused");
  await shared.waitForURL("**/?verdict=refused");
  await shared.getByText("401").waitFor();
  await page.context().close();
});

test("after a restart of the gateway the page goes on and has missed nothing", async () => {
  const page = await openInspector(browser, inspected());
  await postIssue(gateway.url, "Before");
  await page.getByRole("listitem").first().waitFor();
  const { webhook, admin } = gateway.gateway.addresses;
  await gateway[Symbol.asyncDispose]();
  await page.getByText("Connection lost").waitFor();
  gateway = await TestGateway.start(bundle, { port: String(webhook.port), admin_port: String(admin.port) });
  // Sent before the page is back.
  await postOrder(gateway.url);
  await expect.poll(() => page.getByRole("listitem").count(), { timeout: 20_000 }).toBe(2);
  expect((await page.getByRole("listitem").allInnerTexts()).join(" ")).toMatch(/orders.*github/s);
  await page.context().close();
});

test("rows are walked with j and k and opened with enter; a paused list waits", async () => {
  await postIssue(gateway.url, "One");
  await postOrder(gateway.url);
  const page = await openInspector(browser, inspected());
  await page.getByRole("listitem").nth(1).waitFor();
  await page.keyboard.press("p");
  await postOrder(gateway.url);
  await page.getByRole("button", { name: "1 new request" }).waitFor();
  expect(await page.getByRole("listitem").count()).toBe(2);
  await page.keyboard.press("p");
  await page.getByRole("listitem").nth(2).waitFor();
  for (const key of ["j", "j", "j", "k", "j", "Enter"]) await page.keyboard.press(key);
  await page.getByRole("heading", { name: "github" }).waitFor();
  await page.keyboard.press("Escape");
  await page.waitForURL("**/");
  await page.context().close();
});

test("the page speaks the browser's language, and another when asked", async () => {
  const page = await openInspector(browser, inspected(), { locale: "de-AT" });
  await page.getByText("Noch ist nichts angekommen").waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("de");
  await page.getByLabel("Sprache").selectOption("en");
  await page.getByText("Nothing has arrived yet").waitFor();
  await page.reload();
  await page.getByText("Nothing has arrived yet").waitFor();
  await page.context().close();
});

test.for(["light", "dark"] as const)("axe finds nothing serious in the live view, %s", async (colorScheme) => {
  await postIssue(gateway.url, "One");
  await postIssue(gateway.url, "Refused", "not the secret of this source");
  await postOrder(gateway.url);
  const page = await openInspector(browser, inspected(), { colorScheme });
  await page.getByRole("listitem").nth(2).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.context().close();
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
