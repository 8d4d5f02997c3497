/** A browser on the inspector of a running gateway: Debian's chromium, driven as an operator would use it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

/** Starts the browser. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

export interface Inspected {
  readonly adminUrl: string;
  readonly token: string;
}

/** A new visitor who follows the link that `gtc start` prints. */
export async function openInspector(
  browser: Browser,
  { adminUrl, token }: Inspected,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 800 }, ...options });
  // Sooner than the test's own limit, so that a failure names what was waited for.
  context.setDefaultTimeout(12_000);
  const page = await context.newPage();
  await page.goto(`${adminUrl}/#token=${token}`);
  await page.getByText("Live", { exact: true }).first().waitFor();
  return page;
}

/** The rows of the live view. */
export function feedRows(page: Page): Locator {
  return page.getByRole("list", { name: "Requests, newest first" }).getByRole("listitem");
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds that is serious or critical, in short. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const result = await page.evaluate<AxeResult>("axe.run(document)");
  return result.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`,
    );
}
