/** Long names and unseen characters on a phone: no view is wider than it, and nothing reads as what it is not. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";
import { launchBrowser, openInspector } from "./support/inspector.ts";

const name = (letter: string): string => letter.repeat(95);
const TURNED = String.raw`invoice\u202egpj.exe`;
const FLOW = `name: ${name("f")}
description: "${TURNED} ${name("d")}"
version: "${TURNED}"
nodes:
  - { id: ${name("n")}, type: script, config: { script: "payload" }, next: ${name("w")} }
  - { id: ${name("w")}, type: template, config: { template: "${TURNED}" } }
triggers: [{ type: event, event_type: ${name("t")} }]
`;

let browser: Browser;
let bundle: TestBundle;
let gateway: TestGateway;
let page: Page;
let eventId: string;

beforeAll(async () => {
  browser = await launchBrowser();
  bundle = await createTestBundle({ "long.ygtc": FLOW });
  gateway = await TestGateway.start(bundle);
  eventId = String((await gateway.post(`demo/${name("t")}`, "{}")).json()["event_id"]);
  const inspected = { adminUrl: gateway.adminUrl, token: gateway.gateway.token };
  page = await openInspector(browser, inspected, { locale: "de-DE", viewport: { width: 360, height: 740 } });
});
afterAll(async () => {
  await browser.close();
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

/** Opens a view, everything on it that can be opened, and waits for the text. */
async function open(address: string, text: string | RegExp): Promise<void> {
  await page.goto(gateway.adminUrl + address);
  await page.locator("main").getByText(text).first().waitFor({ state: "attached" });
  await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
}

const width = (): Promise<number> => page.evaluate<number>("document.scrollingElement.scrollWidth");

const views: readonly (readonly [string, () => string, string | RegExp])[] = [
  ["the flows", () => "/flows", "gpj.exe"],
  ["the overview with its tables", () => "/overview", "Läufe gescheitert"],
  ["the live view with a long filter", () => `/?q=${name("q")}&flow=${name("f")}`, /^q{95}$/],
  ["an event", () => `/events/${eventId}`, /w{95}/],
  ["the sources", () => "/sources", /t{95}/],
];

test.each(views)("%s fit on a phone", async (_what, address, text) => {
  await open(address(), text);
  expect(await width()).toBe(360);
});

test("no text of a flow turns the reading order around", async () => {
  await open("/flows", "gpj.exe");
  expect(await page.locator("main").innerText()).not.toContain("\u202e");
  await page
    .getByText(String.raw`invoice\u202egpj.exe`)
    .first()
    .waitFor();
  await open(`/dead-letters?flow=${encodeURIComponent("a\u202eb")}`, String.raw`a\u202eb`);
  expect(await page.locator("body").evaluate((body) => body.textContent)).not.toContain("\u202e");
});
