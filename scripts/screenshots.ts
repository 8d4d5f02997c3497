/**
 * Pictures of the inspector for the docs, taken of a running gateway with real events: `npm run screenshots`. The program
 * must be built. They are written to `docs/screenshots/`.
 */
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser, openInspector, type Inspected } from "../test/browser/support/inspector.ts";
import { createSampleBundle, ORDER_JSON, postIssue, postOrder } from "../test/browser/support/sample-bundle.ts";
import { startGtc } from "../test/support/gtc-process.ts";

const folder = process.argv[2] ?? fileURLToPath(new URL("../docs/screenshots", import.meta.url));

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly options?: BrowserContextOptions;
  /** What is done before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>;
}

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** Every view; the ids of events stand for `:order` and `:failed`. */
const shots: readonly Shot[] = [
  { name: "live", path: "/" },
  { name: "live-dark", path: "/", options: { colorScheme: "dark" } },
  { name: "live-phone", path: "/", options: PHONE },
  {
    name: "live-filters",
    path: "/?type=orders&period=24h",
    act: (page) => page.getByRole("button", { name: "More filters" }).click(),
  },
  { name: "event", path: "/events/:order" },
  { name: "event-failed-dark", path: "/events/:failed", options: { colorScheme: "dark", locale: "de-DE" } },
  { name: "event-phone", path: "/events/:order", options: PHONE },
  { name: "event-compare", path: "/events/:order?with=:failed" },
  {
    name: "event-edit",
    path: "/events/:order",
    act: async (page) => {
      await page.getByRole("button", { name: "Edit and replay" }).click();
      await page
        .getByRole("dialog")
        .getByText(/^Headers/)
        .click();
    },
  },
  { name: "overview", path: "/overview?period=15m" },
  { name: "overview-dark", path: "/overview?period=15m", options: { colorScheme: "dark" } },
  { name: "overview-phone-dark", path: "/overview?period=15m", options: { ...PHONE, colorScheme: "dark" } },
  { name: "flows", path: "/flows/orders?period=1h" },
  { name: "flows-dark", path: "/flows/issues?period=1h", options: { colorScheme: "dark", locale: "de-DE" } },
  { name: "sources", path: "/sources" },
  { name: "refused", path: "/refused" },
  { name: "refused-phone", path: "/refused", options: PHONE },
  { name: "dead-letters", path: "/dead-letters?show=all" },
  { name: "doctor", path: "/doctor" },
];

async function shoot(browser: Browser, gateway: Inspected, ids: Readonly<Record<string, string>>): Promise<void> {
  for (const { name, path, options, act } of shots) {
    const page = await openInspector(browser, gateway, options);
    const address = path.replaceAll(/:(\w+)/g, (_, key: string) => ids[key] ?? key);
    await page.goto(gateway.adminUrl + address);
    await page.locator("main .badge, main h1, main h2").first().waitFor();
    // The graph's layout and the numbers come with a second request.
    await page.waitForTimeout(400);
    await act?.(page);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await page.context().close();
    console.log(`▸ ${name}`);
  }
}

async function sampleTraffic(url: string): Promise<Record<string, string>> {
  for (let n = 1; n <= 12; n++) {
    await postIssue(url, `Lamp ${n} flickers`);
    await postOrder(url, ORDER_JSON.replace("9007199254740993", String(4200 + n)).replace("80", String(n * 9)));
  }
  await postIssue(url, "Sent by somebody else", "another-secret-of-the-same-length!!");
  const failed = await postIssue(url, null);
  await postOrder(url);
  return { failed: ((await failed.json()) as { event_id: string }).event_id };
}

/** A flow's answer names no event: the list does. */
async function newestOrder({ adminUrl, token }: Inspected): Promise<string> {
  const answer = await fetch(`${adminUrl}/api/events?type=orders&status=done&limit=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { items } = (await answer.json()) as { items: { id: string }[] };
  return items[0]?.id ?? "";
}

await mkdir(folder, { recursive: true });
process.env["TMPDIR"] = await mkdtemp(join(tmpdir(), "gtc-screenshots-"));
const bundle = await createSampleBundle();
const gateway = await startGtc(bundle.folder);
const browser = await launchBrowser();
try {
  const ids = await sampleTraffic(gateway.url);
  await shoot(browser, gateway, { ...ids, order: await newestOrder(gateway) });
} finally {
  await browser.close();
  await gateway.stop();
  await bundle.remove();
}
