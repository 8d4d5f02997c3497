/** The inspector's event view in a browser, on a real gateway. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { TestGateway } from "../support/test-gateway.ts";
import type { TestBundle } from "../support/test-bundle.ts";
import { feedRows, launchBrowser, openInspector, seriousFindings } from "./support/inspector.ts";
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
  gateway = await TestGateway.start(bundle, { mask_paths: "$.customer.card.number" });
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

/** Opens the newest event from the live view. */
async function openNewest(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await openInspector(browser, { adminUrl: gateway.adminUrl, token: gateway.gateway.token }, options);
  await feedRows(page).first().getByRole("link").click();
  await page.locator("[data-run]").first().waitFor();
  return page;
}

test("a run is followed through its graph to what a step got, printed and gave", async () => {
  await postOrder(gateway.url);
  const page = await openNewest();
  const graph = page.getByLabel("The way through orders");
  await graph.getByText("approve", { exact: true }).waitFor();
  await graph.getByText("total", { exact: true }).click();
  await page.getByText("order 9007199254740993: 175").waitFor();
  const steps = page.getByLabel("Steps").locator("summary b");
  expect(await steps.allInnerTexts()).toEqual(["total", "size", "approve", "reply"]);
  await page.getByText("Please approve 175 for Ada").first().waitFor({ state: "attached" });
  await page.context().close();
});

test("a failed step shows the error in its script", async () => {
  await postIssue(gateway.url, null);
  const page = await openNewest();
  const frame = await page.locator("pre").filter({ hasText: "issues.ygtc" }).first().innerText();
  expect(frame).toMatch(/> 10 \|.*issue\.title\.to_upper\(\)/);
  await page.context().close();
});

test("sensitive values are masked until one is revealed, and that is written down", async () => {
  await postOrder(gateway.url);
  const page = await openNewest();
  await page.getByText("authorization", { exact: true }).waitFor();
  expect(await page.content()).not.toMatch(/of-the-sender|4111111111111111/);
  await page.getByRole("button", { name: "Reveal header:authorization" }).click();
  await page.getByText("Bearer of-the-sender").waitFor();
  await page.getByRole("button", { name: "Reveal body:$.customer.card.number" }).click();
  await page.getByText("4111111111111111").waitFor();
  const audit = (await (await gateway.api("audit")).json()) as { items: { act: string }[] };
  expect(audit.items.filter(({ act }) => act === "reveal")).toHaveLength(2);
  await page.context().close();
});

test("a replay shows its new run, an edited one is a test of its own that can be compared", async () => {
  await postOrder(gateway.url);
  const page = await openNewest();
  const original = page.url();
  await page.getByRole("button", { name: "Replay", exact: true }).click();
  await expect.poll(() => page.locator("[data-run]").count()).toBe(2);
  await page.getByRole("button", { name: "Edit and replay" }).click();
  await page.getByRole("dialog").getByLabel("Body").fill('{"id":7,"items":[],"customer":{"name":"Bob"}}');
  await page.getByRole("button", { name: "Send as a test" }).click();
  await page.waitForURL((url) => url.href !== original);
  await page.getByText("test", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByLabel("Event id").fill(original.split("/").at(-1) ?? "");
  await page.getByRole("dialog").getByRole("button", { name: "Compare" }).click();
  await page.locator('[data-kind="added"]').filter({ hasText: "Ada" }).first().waitFor();
  await page.context().close();
});

test("on a phone nothing is wider than the screen", async () => {
  await postOrder(gateway.url);
  const page = await openNewest({ viewport: { width: 390, height: 844 } });
  await page.getByLabel("The way through orders").waitFor();
  const widthOf = () => page.evaluate<number>("document.documentElement.scrollWidth");
  expect(await widthOf()).toBe(390);
  await page.getByRole("link", { name: "Live", exact: true }).click();
  await feedRows(page).first().waitFor();
  expect(await widthOf()).toBe(390);
  await page.context().close();
});

test.for(["light", "dark"] as const)("axe finds nothing serious in the event view, %s", async (colorScheme) => {
  await postOrder(gateway.url);
  const page = await openNewest({ colorScheme });
  await page.getByLabel("The way through orders").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.context().close();
});
