/** The inspector's event view in a browser, on a real gateway. */
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { TestGateway } from "../support/test-gateway.ts";
import type { TestBundle } from "../support/test-bundle.ts";
import { feedRows, launchBrowser, openInspector, seriousFindings } from "./support/inspector.ts";
import { createSampleBundle, ORDER_JSON, postIssue, postOrder } from "./support/sample-bundle.ts";

/** Its only run fails, and waits a while to try again. */
const LATER = `name: later
config: { retry_policy: { max_attempts: 2, initial_delay: 1h } }
nodes: [{ id: fails, type: script, config: { script: "throw \\"the partner does not answer to anything that we ask it for\\"" } }]
triggers: [{ type: event, event_type: later }]
`;

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
  // Settings of several lines stand as they are written in the file.
  await page.getByText(/^script:\n\s+let sum = 0;\n/).waitFor();
  // In time each step begins where the one before it ended.
  const bars = await page
    .locator(".step-bar > span")
    .evaluateAll((all) =>
      all.map((bar) => [bar.getBoundingClientRect().left, bar.getBoundingClientRect().right] as const),
    );
  for (const [index, [left]] of bars.slice(1).entries())
    expect(Math.abs(left - (bars[index]?.[1] ?? NaN))).toBeLessThan(4);
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

test("a replay shows its new run, and is compared with the first one", async () => {
  await postOrder(gateway.url);
  const page = await openNewest();
  await page.getByRole("button", { name: "Replay", exact: true }).click();
  await expect.poll(() => page.locator("[data-run]").count()).toBe(2);
  await page.locator("[data-run]").getByText("replay", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Show it" }).click();
  const shown = page.locator("[data-run]:focus");
  await shown.getByText("replay", { exact: true }).waitFor();
  const [head, card] = [await page.locator("header.top").boundingBox(), await shown.boundingBox()];
  expect(card!.y).toBeGreaterThanOrEqual(head!.y + head!.height);
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByLabel("Its first run with its newest replay").check();
  await page.getByRole("dialog").getByRole("button", { name: "Compare" }).click();
  await page.getByText("They are the same.").waitFor();
  await page.context().close();
});

test("an edited replay is a test of its own, and is compared with what it was made of", async () => {
  await postOrder(gateway.url);
  const page = await openNewest();
  const original = page.url();
  await page.getByRole("button", { name: "Edit and replay" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Load the whole body" }).click();
  expect(await dialog.getByLabel("Body").inputValue()).toContain("4111111111111111");
  await dialog.getByLabel("Body").fill('{"id":7,"items":[],"customer":{"name":"Bob"}}');
  await page.getByRole("button", { name: "Send as a test" }).click();
  await page.waitForURL((url) => url.href !== original);
  await page.getByText("test", { exact: true }).waitFor();
  // It says nothing of its source: that may well check signatures.
  await page.getByText("It was sent from here as a test").waitFor();
  expect(await page.getByText("This source checks no signature").count()).toBe(0);
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByLabel("the event it is a copy of").check();
  await page.getByRole("dialog").getByRole("button", { name: "Compare" }).click();
  await page.locator('[data-kind="added"]').filter({ hasText: "Ada" }).first().waitFor();
  expect(new URL(page.url()).searchParams.get("with")).toBe(original.split("/").at(-1));
  await page.context().close();
});

test("headers and query are edited too; what is masked and not touched stays as it came", async () => {
  await gateway.post("demo/orders?token=of-the-link&page=1", ORDER_JSON, {
    "content-type": "application/json",
    authorization: "Bearer of-the-sender",
    "x-shop": "north",
  });
  const page = await openNewest();
  const original = page.url();
  await page.getByRole("button", { name: "Edit and replay" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/^Query/).click();
  await dialog.getByText(/^Headers/).click();
  await dialog.getByLabel("Value of page").fill("2");
  await dialog.getByLabel("Value of x-shop").fill("south");
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Send as a test" }).click();
  await page.waitForURL((url) => url.href !== original);
  await page.getByText("test", { exact: true }).waitFor();
  const { event } = await gateway.event(page.url().split("/").at(-1));
  const text = JSON.stringify(event);
  for (const part of ["page=2", "of-the-link", "south", "Bearer of-the-sender"]) expect(text).toContain(part);
  const body = await (await gateway.api(`events/${page.url().split("/").at(-1)}/body`)).text();
  expect(body).toBe(ORDER_JSON);
  await page.context().close();
});

test("a body whose lines end as those of multipart do keeps its line ends where it is edited", async () => {
  const body = '--b\r\nContent-Disposition: form-data; name="customer"\r\n\r\nAda\r\n--b--\r\n';
  await gateway.post("demo/orders?host=north&page=1", body, { "content-type": "multipart/form-data; boundary=b" });
  const page = await openNewest();
  const original = page.url();
  await page.getByRole("button", { name: "Edit and replay" }).click();
  const dialog = page.getByRole("dialog");
  const shown = await dialog.getByLabel("Body").inputValue();
  await dialog.getByLabel("Body").fill(shown.replace("Ada", "Grace\nHopper"));
  await dialog.getByText(/^Query/).click();
  await dialog.getByLabel("Value of page").fill("2");
  await page.getByRole("button", { name: "Send as a test" }).click();
  await page.waitForURL((url) => url.href !== original);
  const id = page.url().split("/").at(-1);
  expect(await (await gateway.api(`events/${id}/body`)).text()).toBe(body.replace("Ada", "Grace\r\nHopper"));
  expect((await gateway.event(id)).event["target"]).toBe("/events/webhook/demo/orders?host=north&page=2");
  await page.context().close();
});

test("a masked body that was loaded is sent only where it was edited; of a compressed one there is nothing to load", async () => {
  await postOrder(gateway.url, `\uFEFF${ORDER_JSON}`);
  const page = await openNewest();
  const original = page.url();
  await page.getByRole("button", { name: "Edit and replay" }).click();
  await page.getByRole("button", { name: "Load the whole body" }).click();
  await page.getByRole("dialog").getByLabel("Body").waitFor();
  await page.getByRole("button", { name: "Send as a test" }).click();
  await page.waitForURL((url) => url.href !== original);
  const body = await (await gateway.api(`events/${page.url().split("/").at(-1)}/body`)).arrayBuffer();
  expect(Buffer.from(body).toString()).toBe(`\uFEFF${ORDER_JSON}`);
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  const posted = await gateway.post("demo/orders", gzipSync(ORDER_JSON), headers);
  expect(posted.status).toBe(200);
  await page.goto(`${gateway.adminUrl}/events/${String(gateway.records.at(-1)?.eventId)}`);
  await page.getByRole("button", { name: "Edit and replay" }).click();
  await page.getByText("It stays as it came.").waitFor();
  expect(await page.getByRole("button", { name: "Load the whole body" }).count()).toBe(0);
  await page.context().close();
});

test("a double click on Replay is one replay", async () => {
  await postOrder(gateway.url);
  const page = await openNewest();
  await page.getByRole("button", { name: "Replay", exact: true }).dblclick();
  await page.getByText("One new run has begun.").waitFor();
  await expect.poll(() => page.locator("[data-run]").count()).toBe(2);
  const { runs } = await gateway.event(page.url().split("/").at(-1));
  expect(runs).toHaveLength(2);
  await page.context().close();
});

test("what is masked is not compared, and the comparison says so", async () => {
  for (const token of ["short", "of-another-length"])
    await gateway.post("demo/orders", ORDER_JSON, {
      "content-type": "application/json",
      authorization: `Bearer ${token}`,
    });
  const page = await openNewest();
  const other = String((await gateway.events())[1]?.["id"]);
  await page.goto(`${page.url()}?with=${other}`);
  await page.getByText("Masked values are not compared").waitFor();
  const authorization = page.locator("[data-kind]", { hasText: "authorization: " });
  await authorization.nth(1).waitFor();
  expect((await authorization.allTextContents()).toSorted()).toEqual([
    "+ authorization: •••••••• (12)",
    "− authorization: •••••••• (24)",
  ]);
  await page.context().close();
});

test("the other event is chosen from the newest of its type", async () => {
  await postOrder(gateway.url);
  await postOrder(gateway.url, ORDER_JSON.replace("Ada", "Grace"));
  const page = await openNewest();
  await page.getByRole("button", { name: "Compare" }).click();
  const dialog = page.getByRole("dialog");
  expect(await dialog.getByRole("button", { name: "Compare" }).isDisabled()).toBe(true);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Compare");
  // A key that comes while the page still takes the dialog away is lost on a slow machine.
  await expect
    .poll(async () => {
      if ((await dialog.count()) === 0) await page.keyboard.press("Enter");
      return dialog.count();
    })
    .toBe(1);
  await dialog.getByRole("radio").first().check();
  await dialog.getByRole("button", { name: "Compare" }).click();
  await page.locator('[data-kind="added"]').filter({ hasText: "Ada" }).first().waitFor();
  await page.context().close();
});

test("the way back from an event leads to the list with its filters, and to the row", async () => {
  for (let n = 0; n < 3; n++) await postOrder(gateway.url);
  const page = await openInspector(browser, { adminUrl: gateway.adminUrl, token: gateway.gateway.token });
  await page.getByLabel("Event type").fill("orders");
  await page.waitForURL("**/?type=orders");
  await page.getByRole("button", { name: "Event type: orders" }).waitFor();
  await feedRows(page).nth(2).waitFor();
  const rowInFocus = () => page.evaluate("document.activeElement.closest('li')?.dataset.index");
  await page.keyboard.press("Escape");
  // A slow machine draws the page after the keys, or listens to them after it drew it.
  const stepTowards = async (wanted: number): Promise<unknown> => {
    const row = await rowInFocus();
    if (row !== String(wanted)) await page.keyboard.press(Number(row ?? -1) < wanted ? "j" : "k");
    return rowInFocus();
  };
  await expect.poll(() => stepTowards(1)).toBe("1");
  const heading = page.getByRole("heading", { name: "orders" }).first();
  const pressUntil = async (key: string, isThere: boolean): Promise<void> => {
    const press = async (): Promise<boolean> => {
      if ((await heading.isVisible()) !== isThere) await page.keyboard.press(key);
      return heading.isVisible();
    };
    await expect.poll(press).toBe(isThere);
  };
  await pressUntil("Enter", true);
  await pressUntil("Escape", false);
  await page.waitForURL("**/?type=orders");
  await expect.poll(rowInFocus).toBe("1");
  await page.context().close();
});

test("on a phone nothing is wider than the screen", async () => {
  await postOrder(gateway.url);
  const page = await openNewest({ viewport: { width: 390, height: 844 } });
  await page.getByLabel("The way through orders").waitFor();
  // The picture is wider than the screen: its first step is in the middle of what is seen of it.
  const frame = await page.locator(".flow-graph").boundingBox();
  const first = await page
    .getByLabel("The way through orders")
    .getByRole("button", { name: /^total/ })
    .boundingBox();
  const middle = ({ x, width }: { x: number; width: number }): number => x + width / 2;
  expect(Math.abs(middle(frame!) - middle(first!))).toBeLessThan(20);
  const widthOf = () => page.evaluate<number>("document.documentElement.scrollWidth");
  expect(await widthOf()).toBe(390);
  await page.getByRole("link", { name: "Live", exact: true }).click();
  await feedRows(page).first().waitFor();
  expect(await widthOf()).toBe(390);
  await page.context().close();
});

test("an event that is not there says so, and the way back is there; a tab has the name of what it shows", async () => {
  await postOrder(gateway.url);
  const page = await openNewest();
  expect(await page.title()).toBe("orders · demo · gtc inspector");
  await page.goto(`${gateway.adminUrl}/events/01900000-0000-7000-8000-000000000000`);
  await page.getByRole("heading", { level: 1, name: "This event is not there" }).waitFor();
  await page.getByRole("alert").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole("link", { name: "Back to the list" }).click();
  await feedRows(page).first().waitFor();
  expect(await page.title()).toBe("Live · gtc inspector");
  await page.context().close();
});

test("an event that was refused for its content says why and what to do", async () => {
  const { event_id: id } = (await gateway.post("demo/orders", "{", { "content-type": "application/json" })).json();
  const page = await openInspector(browser, { adminUrl: gateway.adminUrl, token: gateway.gateway.token });
  await page.goto(`${gateway.adminUrl}/events/${String(id)}`);
  const answer = page.getByRole("region", { name: "Answer" });
  await answer.getByText("The body is no JSON").waitFor();
  expect(await answer.innerText()).toMatch(/invalid_json[^]*What to do\s+The sender has to correct what it sends\./);
  await page.context().close();
});

test("a curl that could not be signed says so", async () => {
  await postIssue(gateway.url, "One");
  const page = await openNewest({ permissions: ["clipboard-write"] });
  await page.getByRole("button", { name: "Copy as curl" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.getByText("Copied without a signature.").count()).toBe(0);
  await bundle.setup({});
  await gateway.takeOver(bundle);
  await page.reload();
  await page.getByRole("button", { name: "Copy as curl" }).click();
  await page.getByText("Copied without a signature. Nothing is configured to sign it with.").waitFor();
  await page.context().close();
});

test("an event without runs says why", async () => {
  const page = await openInspector(browser, { adminUrl: gateway.adminUrl, token: gateway.gateway.token });
  const idOf = async (answer: Response) => ((await answer.json()) as { event_id: string }).event_id;
  const delivery = "0b1c7a54-0000-4000-8000-00000000000d";
  await postIssue(gateway.url, "One", undefined, delivery);
  const duplicate = await idOf(await postIssue(gateway.url, "One", undefined, delivery));
  const unmatched = String((await gateway.post("demo/unheard-of", "{}")).json()["event_id"]);
  for (const [id, why] of [
    [duplicate, "It is a duplicate: the first of its kind had the runs."],
    [unmatched, "No flow takes events of the type unheard-of."],
  ] as const) {
    await page.goto(`${gateway.adminUrl}/events/${id}`);
    await page.locator("h1 .badge").waitFor();
    expect(await page.locator(".event-runs .note").innerText()).toContain(why);
  }
  await page.context().close();
});

test("a run that waits says when it is tried again; on a phone its place in the file is reached with the keyboard", async () => {
  await bundle.write("flows/later.ygtc", LATER);
  await gateway.takeOver(bundle);
  await gateway.post("demo/later", "{}");
  const page = await openNewest({ viewport: { width: 390, height: 844 } });
  await page.getByText(/tried again in \d+ (min|h)/).waitFor();
  const frames = page.getByRole("group", { name: "Where in the file" });
  // The failed step has it: it does not stand there twice.
  expect(await frames.count()).toBe(1);
  expect(await frames.getAttribute("tabindex")).toBe("0");
  expect(await seriousFindings(page)).toEqual([]);
  await page.context().close();
});

test.for(["light", "dark"] as const)("axe finds nothing serious in the event view, %s", async (colorScheme) => {
  await postOrder(gateway.url);
  const page = await openNewest({ colorScheme });
  await page.getByLabel("The way through orders").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.context().close();
});
