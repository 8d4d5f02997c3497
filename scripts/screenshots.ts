/**
 * Pictures of the inspector for the docs, taken of a running gateway with real events: `npm run screenshots`. The program
 * must be built. They are written to `docs/screenshots/`.
 */
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as setTimeoutPromise } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser, openInspector, type Inspected } from "../test/browser/support/inspector.ts";
import {
  createSampleBundle,
  MENDED_ISSUES,
  ORDER_JSON,
  postIssue,
  postOrder,
} from "../test/browser/support/sample-bundle.ts";
import type { TestBundle } from "../test/support/test-bundle.ts";
import { startGtc } from "../test/support/gtc-process.ts";

const folder = process.argv[2] ?? fileURLToPath(new URL("../docs/screenshots", import.meta.url));

const MOST_TRIES = 20;
const CORRECTED_SECRET = "what-the-provider-has-signed-with!!";

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
  {
    name: "refused-accepted",
    path: "/refused",
    act: async (page) => {
      await correctSecret();
      await page.getByLabel("Select all that are listed").check();
      await page.getByRole("button", { name: "Verify again and accept" }).click();
      await page.getByText(/^Verified/).waitFor();
    },
  },
  { name: "dead-letters", path: "/dead-letters?show=all" },
  { name: "doctor", path: "/doctor" },
];

async function shoot(browser: Browser, gateway: Inspected, ids: Readonly<Record<string, string>>): Promise<void> {
  for (const { name, path, options, act } of shots) {
    const page = await openInspector(browser, gateway, options);
    const address = path.replaceAll(/:(\w+)/g, (_, key: string) => ids[key] ?? key);
    await page.goto(gateway.adminUrl + address);
    await page.locator("main .badge, main h1, main h2").first().waitFor();
    // The graph's layout and the numbers come with a second request; doctor looks at the whole machine.
    await page
      .getByText(/^Loading/)
      .first()
      .waitFor({ state: "hidden" });
    await page.waitForTimeout(400);
    await act?.(page);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await page.context().close();
    console.log(`▸ ${name}`);
  }
}

async function sampleTraffic(url: string): Promise<{ readonly failed: string; readonly mended: string }> {
  for (let n = 1; n <= 12; n++) {
    await postIssue(url, `Lamp ${n} flickers`);
    await postOrder(url, ORDER_JSON.replace("9007199254740993", String(4200 + n)).replace("80", String(n * 9)));
  }
  await postIssue(url, "Sent by somebody else", "another-secret-of-the-same-length!!");
  for (let n = 1; n <= 5; n++) await postIssue(url, `Bulb ${n} is dark`, CORRECTED_SECRET);
  const mended = await postIssue(url, null);
  const failed = await postIssue(url, null);
  await postOrder(url);
  return { failed: await eventIdOf(failed), mended: await eventIdOf(mended) };
}

/** What the provider signed with all along takes the place of the secret that was mistyped. */
async function correctSecret(): Promise<void> {
  const before = gateway.output().length;
  await bundle.setup({ signatures: { github: { provider: "github", secret: CORRECTED_SECRET } } });
  while (!/Loaded|Took over/.test(gateway.output().slice(before))) await setTimeoutPromise(100);
}

async function eventIdOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { event_id: string }).event_id;
}

async function ask<T>({ adminUrl, token }: Inspected, path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(`${adminUrl}/api/${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()) as T;
}

/** A flow's answer names no event: the list does. */
async function newestOrder(gateway: Inspected): Promise<string> {
  const { items } = await ask<{ items: { id: string }[] }>(gateway, "events?type=orders&status=done&limit=1");
  return items[0]?.id ?? "";
}

/** The mistake in the flow is mended, and what failed by it is done by a replay. */
async function mendAndReplay(gateway: Inspected, bundle: TestBundle, eventId: string): Promise<void> {
  await bundle.write("flows/issues.ygtc", MENDED_ISSUES);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    // What was saved is read in a moment; a replay of before fails as the first run did.
    await ask(gateway, `events/${eventId}/replay`, { method: "POST" });
    await setTimeoutPromise(300);
    const { items } = await ask<{ items: unknown[] }>(gateway, "runs?status=failed&resolved=true");
    if (items.length > 0) return;
  }
  throw new Error("the mended flow was not taken over");
}

await mkdir(folder, { recursive: true });
process.env["TMPDIR"] = await mkdtemp(join(tmpdir(), "gtc-screenshots-"));
const bundle = await createSampleBundle();
const gateway = await startGtc(bundle.folder, ["--watch"]);
const browser = await launchBrowser();
try {
  const ids = await sampleTraffic(gateway.url);
  await mendAndReplay(gateway, bundle, ids.mended);
  await shoot(browser, gateway, { ...ids, order: await newestOrder(gateway) });
} finally {
  await browser.close();
  await gateway.stop();
  await bundle.remove();
}
