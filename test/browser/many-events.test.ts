/** The live view with thousands of events: as quick as with ten, nothing jumps, and what it holds stays bounded. */
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";
import { feedRows, launchBrowser, openInspector } from "./support/inspector.ts";
import { createQuietBundle, postTick, postTicks } from "./support/quiet-bundle.ts";

const EVENTS = 4_000;
/** What is in sight, and a few more for scrolling. */
const MOST_ROWS_DRAWN = 60;

let browser: Browser;
let bundle: TestBundle;
let gateway: TestGateway;

beforeAll(async () => {
  browser = await launchBrowser();
  bundle = await createQuietBundle();
  gateway = await TestGateway.start(bundle);
  const ids = await postTicks(gateway.url, EVENTS);
  await gateway.settled(ids.at(-1));
}, 60_000);
afterAll(async () => {
  await browser.close();
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

async function open(): Promise<Page> {
  const page = await openInspector(browser, { adminUrl: gateway.adminUrl, token: gateway.gateway.token });
  onTestFinished(() => page.context().close());
  await feedRows(page).first().waitFor();
  return page;
}

async function storedEvents(): Promise<number> {
  const { totals } = (await (await gateway.api("overview")).json()) as { totals: { events: Record<string, number> } };
  return Object.values(totals.events).reduce((sum, count) => sum + count, 0);
}

/** The place of the focused row in the list; 0 where none has the focus. */
const focusedPlace = (page: Page): Promise<number> =>
  page.evaluate<number>("Number(document.activeElement?.closest('li')?.ariaPosInSet ?? 0)");

/** The row at the top of what is seen, and where it is. */
const topRow = (page: Page): Promise<{ href: string; top: number }> =>
  page.evaluate(`(() => {
    const box = document.querySelector(".feed-scroll").getBoundingClientRect();
    const link = document.elementFromPoint(box.left + 100, box.top + 60).closest("a");
    return { href: link.getAttribute("href"), top: Math.round(link.getBoundingClientRect().top) };
  })()`);

/** Brings a row to the top of what is seen. */
const scrollTo = (page: Page, place: number): Promise<void> =>
  page.evaluate(`void (document.querySelector(".feed-scroll").scrollTop = ${String(place)} * 44)`);

test("the first row is there within a second", async ({ annotate }) => {
  const page = await open();
  await page.addInitScript(`new MutationObserver((_, observer) => {
    if (!document.querySelector(".feed-row")) return;
    observer.disconnect();
    globalThis.firstRowMs = performance.now();
  }).observe(document, { childList: true, subtree: true });`);
  await page.reload();
  await feedRows(page).first().waitFor();
  const firstRowMs = await page.evaluate<number>("globalThis.firstRowMs");
  await annotate(`first row after ${firstRowMs.toFixed(0)} ms with ${String(EVENTS)} stored events`);
  // Measured: half a second on two cores with nothing else to do; tests beside this one may take the rest.
  expect(firstRowMs).toBeLessThan(2_000);
});

test("the end is one key away, and the beginning another; only what is in sight is drawn", async () => {
  const page = await open();
  const all = await storedEvents();
  expect(all).toBeGreaterThanOrEqual(EVENTS);
  await page.keyboard.press("End");
  await expect.poll(() => focusedPlace(page), { timeout: 20_000 }).toBe(all);
  expect(await feedRows(page).count()).toBeLessThan(MOST_ROWS_DRAWN);
  await page.keyboard.press("k");
  expect(await focusedPlace(page)).toBe(all - 1);
  await page.keyboard.press("Home");
  await expect.poll(() => focusedPlace(page)).toBe(1);
});

test("scrolled far from the newest rows and back, each row stands where the gateway has it", async () => {
  const page = await open();
  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const answer = await gateway.api(`events?limit=1000${cursor === "" ? "" : `&cursor=${cursor}`}`);
    const { items, next_cursor } = (await answer.json()) as { items: { id: string }[]; next_cursor: string | null };
    ids.push(...items.map(({ id }) => id));
    cursor = next_cursor;
  }
  await page.keyboard.press("End");
  await expect.poll(() => focusedPlace(page), { timeout: 20_000 }).toBe(ids.length);
  for (const place of [ids.length - 700, 2_900, 2_200, 900, 40, 0]) {
    await scrollTo(page, place);
    const row = page.locator(`.feed li[aria-posinset="${String(place + 1)}"] a`);
    expect(await row.getAttribute("href")).toBe(`/events/${ids[place]}`);
  }
  expect(await feedRows(page).count()).toBeLessThan(MOST_ROWS_DRAWN);
  await page.getByRole("button", { name: /newer requests|new request/ }).waitFor({ state: "detached" });
});

test("back from an event far down the list, the list is where it was left", async () => {
  const page = await open();
  await page.keyboard.press("End");
  await expect.poll(() => focusedPlace(page), { timeout: 20_000 }).toBeGreaterThanOrEqual(EVENTS);
  await scrollTo(page, 2_900);
  const row = page.locator(`.feed li[aria-posinset="2905"] a`);
  const href = await row.getAttribute("href");
  const { top } = await topRow(page);
  for (const back of [() => page.goBack(), () => page.keyboard.press("Escape")]) {
    await row.click();
    await page.locator("[data-run]").first().waitFor();
    await back();
    await row.waitFor();
    expect([await row.getAttribute("href"), (await topRow(page)).top]).toEqual([href, top]);
  }
});

test("while new events arrive, what is read stays where it is, and the new ones are counted", async () => {
  const page = await open();
  const read = page.locator(`.feed li[aria-posinset="321"] a`);
  // The first page ends before: the next one comes when its end is in sight.
  await expect.poll(async () => (await scrollTo(page, 320), read.count())).toBe(1);
  const before = await topRow(page);
  await postTicks(gateway.url, 50);
  await page.getByRole("button", { name: "50 new requests" }).waitFor();
  expect(await topRow(page)).toEqual(before);
  const newest = await postTick(gateway.url, "{}");
  await page.getByRole("button", { name: "51 new requests" }).click();
  await expect.poll(async () => (await topRow(page)).href).not.toBe(before.href);
  await page.locator(`a[href="/events/${newest}"]`).waitFor();
});

test("a flood that nobody reads leaves the page small", async ({ annotate }) => {
  const page = await open();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  const heapMb = async (): Promise<number> => {
    await cdp.send("HeapProfiler.collectGarbage");
    const { metrics } = await cdp.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0) / 1_000_000;
  };
  await page.keyboard.press("p");
  const before = await heapMb();
  await postTicks(gateway.url, 1_500);
  await page.getByRole("button", { name: "There are newer requests" }).waitFor();
  const after = await heapMb();
  await annotate(`the page's heap: ${before.toFixed(1)} MB, after a flood of 1500 events ${after.toFixed(1)} MB`);
  expect(after - before).toBeLessThan(10);
  await page.getByRole("button", { name: "There are newer requests" }).click();
  await expect.poll(async () => feedRows(page).count()).toBeLessThan(MOST_ROWS_DRAWN);
});

test("what one file of an export cannot hold goes into the next, and nothing into two", async () => {
  const page = await open();
  await page.getByRole("button", { name: /^More/ }).click();
  const ids: string[] = [];
  const save = async (button: string): Promise<string> => {
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: button }).click(),
    ]);
    const lines = (await readFile(await saved.path(), "utf8")).trimEnd().split("\n");
    ids.push(...lines.map((line) => (JSON.parse(line) as { id: string }).id));
    return saved.suggestedFilename();
  };
  expect(await save("Export as NDJSON")).toBe("events.ndjson");
  const next = page.getByRole("button", { name: "Save the next part" });
  const names: string[] = [];
  while (await next.isVisible()) {
    await expect.poll(() => next.isEnabled()).toBe(true);
    names.push(await save("Save the next part"));
    await page.locator(".exports button:disabled").first().waitFor({ state: "detached" });
  }
  expect(names.slice(0, 3)).toEqual(["events-2.ndjson", "events-3.ndjson", "events-4.ndjson"]);
  expect(ids).toHaveLength(await storedEvents());
  expect(new Set(ids).size).toBe(ids.length);
});
