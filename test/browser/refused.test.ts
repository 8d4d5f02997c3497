/** The operator's story in a real browser: a secret was mistyped, payments were refused, and are accepted once it is corrected. */
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { correctSecret, createMistypedBundle, pay as payTo, STRIPE_SECRET } from "../support/mistyped-secret.ts";
import type { TestBundle } from "../support/test-bundle.ts";
import { TestGateway, type Posted } from "../support/test-gateway.ts";
import { feedRows, launchBrowser, openInspector, seriousFindings } from "./support/inspector.ts";

const PAYMENTS = 40;
const POLL = { timeout: 10_000 };
describe("refused requests in the inspector", () => {
  let bundle: TestBundle;
  let gateway: TestGateway;
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    bundle = await createMistypedBundle();
    gateway = await TestGateway.start(bundle);
  });

  afterEach(async () => {
    await gateway[Symbol.asyncDispose]();
    await bundle.remove();
  });

  const correct = (): Promise<void> => correctSecret(bundle, gateway);
  const pay = (amount: number, secret?: string, padding?: string): Promise<Posted> =>
    payTo(gateway, amount, secret, padding);

  /** Sends payments, and waits until their refusals are kept. */
  async function payments(count: number): Promise<void> {
    for (let amount = 1; amount <= count; amount++) await pay(amount);
    await expect.poll(async () => (await gateway.refusals()).length, POLL).toBeGreaterThanOrEqual(count);
  }

  async function open(path: string, options: Parameters<typeof openInspector>[2] = {}): Promise<Page> {
    const visit = { adminUrl: gateway.adminUrl, token: gateway.gateway.token };
    const page = await openInspector(browser, visit, options);
    onTestFinished(() => page.context().close());
    await page.goto(`${gateway.adminUrl}/${path}`);
    await page.locator("h1").waitFor();
    return page;
  }

  const rows = (page: Page): Locator => page.locator("[data-refusal]");

  test("payments that were refused for a mistyped secret are accepted once it is corrected", async () => {
    await pay(777, "whsec_forged");
    await payments(PAYMENTS);
    await expect.poll(async () => (await gateway.refusals()).length, POLL).toBe(PAYMENTS + 1);
    await correct();

    const page = await open("refused?reason=signature_mismatch&type=payment");
    await rows(page).nth(PAYMENTS).waitFor();
    await page.getByLabel("Select all that are listed").check();
    await page.getByText(`${PAYMENTS + 1} requests selected`).waitFor();
    await page.getByLabel("Requests a second").fill("200");
    await page.getByRole("button", { name: "Verify again and accept" }).click();

    const progress = page.locator(".bulk-progress");
    await progress.getByText(`Verified ${PAYMENTS + 1} of ${PAYMENTS + 1}`).waitFor();
    expect(await progress.innerText()).toContain(`${PAYMENTS} accepted, 1 is still refused`);
    expect(Number(await progress.locator("progress").getAttribute("value"))).toBe(PAYMENTS + 1);

    // Each says what became of it, in the bar and where it stands.
    await progress.getByText("Result of each request").click();
    expect(await progress.getByRole("listitem").count()).toBe(PAYMENTS + 1);
    const forged = rows(page).filter({ hasText: "still refused" });
    expect(await forged.innerText()).toContain("signature_mismatch");
    expect(await rows(page).filter({ hasText: "show the event" }).count()).toBe(PAYMENTS);
    expect(await forged.getByRole("checkbox").isEnabled()).toBe(true);
    expect(await rows(page).first().getByRole("checkbox").isDisabled()).toBe(true);

    await rows(page).first().getByRole("link", { name: "show the event" }).click();
    const run = page.locator(".run", { hasText: "succeeded" });
    await run.waitFor();
    expect(await page.getByRole("region", { name: /^Verification/ }).innerText()).toMatch(
      /verified[\s\S]*Accepted later/,
    );
    expect(await page.getByRole("region", { name: /^Answer/ }).innerText()).toMatch(/401[\s\S]*nobody waited/);
    expect(await gateway.events("status=done")).toHaveLength(PAYMENTS);

    await page.getByRole("link", { name: "the refused request" }).click();
    await page.waitForURL(/\/refused\/[^/]+$/);
    // Also where the list does not have it.
    await page.goto(`${page.url()}?accepted=false`);
    await page.locator(".refusal-alone").getByRole("link", { name: "show the event" }).waitFor();
    expect(await rows(page).count()).toBe(1);
  }, 60_000);

  test("accepting twice is a duplicate; what is accepted is on top of the live view at once", async () => {
    await payments(2);
    await correct();
    const page = await open("");
    await feedRows(page).nth(1).waitFor();
    const other = await open("refused");
    await rows(other).nth(1).waitFor();
    const another = await open("refused");
    // It hears nothing of what changes, as over a connection that has just been lost.
    await another.route("**/api/stream*", (route) => route.abort());
    await another.reload();
    await rows(another).nth(1).waitFor();
    await other.getByRole("button", { name: "Verify all that match" }).click();
    await other.locator(".bulk-progress").getByText("Verified 2 of 2: 2 accepted").waitFor();
    await another.getByLabel("Select all that are listed").check();
    await another.getByRole("button", { name: "Verify again and accept" }).click();
    await another.locator(".bulk-progress").getByText("Verified 2 of 2: 2 were events already").waitFor();
    const top = feedRows(page).first();
    await top.getByText("accepted later").waitFor();
    expect(await feedRows(page).count()).toBe(4);
  });

  test("with the keyboard: rows are walked and chosen, and the button is reached", async () => {
    await payments(3);
    await correct();
    const page = await open("refused");
    await rows(page).nth(2).waitFor();
    for (const key of ["j", "x", "j", "j", "x"]) await page.keyboard.press(key);
    await page.getByText("2 requests selected").waitFor();
    await page.getByLabel("Requests a second").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".bulk-progress").getByText("Verified 2 of 2: 2 accepted").waitFor();
    expect((await gateway.events()).length).toBe(2);
  });

  test("a request of which not all was kept says so, and that it is no matter of the secret", async () => {
    await pay(1, STRIPE_SECRET, "x".repeat(100_000));
    await expect.poll(async () => (await gateway.refusals()).length, POLL).toBe(1);
    await correct();
    const page = await open("refused");
    await rows(page).getByRole("link").click();
    await rows(page).getByText("Cannot be accepted").waitFor();
    expect(await rows(page).innerText()).toMatch(/Only the first 65536 of its \d+ bytes were kept/);
    await page.getByLabel("Select all that are listed").check();
    await page.getByRole("button", { name: "Verify again and accept" }).click();
    await page.locator(".bulk-progress").getByText("1 is still refused").waitFor();
    expect(await rows(page).innerText()).toContain("body_not_kept");
  });

  test("filters of type and time are in the address, and all that match are verified", async () => {
    await payments(2);
    await correct();
    const page = await open("refused");
    await rows(page).nth(1).waitFor();
    await page.getByRole("button", { name: "More filters" }).click();
    await page.getByLabel("Until").fill("2020-01-01T00:00");
    await page.getByText("No refused request matches these filters.").waitFor();
    await page.getByLabel("Until").fill("");
    await page.getByLabel("Event type").fill("payment");
    await page.waitForURL(/type=payment/);
    await rows(page).nth(1).waitFor();
    await page.getByRole("button", { name: "Verify all that match" }).click();
    await page.locator(".bulk-progress").getByText("Verified 2 of 2: 2 accepted").waitFor();
    expect(await gateway.events("type=payment")).toHaveLength(2);
  });

  test("what was accepted elsewhere shows so without a reload, and cannot be chosen any more", async () => {
    await payments(2);
    await correct();
    const page = await open("refused");
    await rows(page).nth(1).waitFor();
    const [newest] = await gateway.refusals();
    const accepted = await gateway.api(`refused/${String(newest!["id"])}/accept`, { method: "POST" });
    expect(accepted.status).toBe(200);
    const row = page.locator(`[data-refusal="${String(newest!["id"])}"]`);
    await row.getByRole("link", { name: "show the event" }).waitFor();
    expect(await row.getByRole("checkbox").isDisabled()).toBe(true);
    expect(await rows(page).nth(1).getByRole("checkbox").isEnabled()).toBe(true);
  });

  test("a body that was cut off is not shown where it may hold a masked field, and the page says why", async () => {
    await gateway[Symbol.asyncDispose]();
    gateway = await TestGateway.start(bundle, { mask_paths: "$.card.number" });
    const refused = await gateway.post("demo/payment", '{"card":{"number":"4242424242424242"');
    expect(refused.status).toBe(401);
    await expect.poll(async () => (await gateway.refusals()).length, POLL).toBe(1);
    const page = await open(`refused/${String((await gateway.refusals())[0]!["id"])}`);
    await page.getByText("Not shown: this body could not be looked through").waitFor();
    expect(await page.locator("main").innerText()).not.toContain("4242");
  });

  test("in German and on a phone it says the same, fits, and axe finds nothing serious", async () => {
    await pay(777, "whsec_forged");
    await payments(2);
    await correct();
    const page = await open("refused", { locale: "de-DE", viewport: { width: 390, height: 844 } });
    await rows(page).nth(2).waitFor();
    const why = await rows(page).first().innerText();
    expect(why).toContain("Die Signatur stimmt nicht");
    expect(why).toContain("Das Geheimnis beim Anbieter neu kopieren");
    // What the gateway itself says stays English, and says so.
    expect(await rows(page).first().locator("span[lang=en]").allInnerTexts()).toContainEqual(
      expect.stringContaining("Copy the secret from the provider again"),
    );
    await page.getByLabel("Alle aufgeführten auswählen").check();
    await page.getByRole("button", { name: "Erneut prüfen und annehmen" }).click();
    const progress = page.locator(".bulk-progress");
    await progress.getByText("Geprüft 3 von 3: 2 angenommen, 1 bleibt abgelehnt").waitFor();
    await progress.getByText("Ergebnis jeder Anfrage").click();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    expect(await seriousFindings(page)).toEqual([]);
  });
});
