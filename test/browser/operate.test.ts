/** The views for operators in a real browser, on a running gateway: refused, dead letters, flows, sources, overview, doctor. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { createSampleBundle, MENDED_ISSUES, postIssue, postOrder } from "./support/sample-bundle.ts";
import { feedRows, launchBrowser, openInspector, seriousFindings } from "./support/inspector.ts";
import type { TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const FAILED_RUNS = 8;
const ANOTHER_SECRET = "another-secret-of-the-same-length!!";
const VIEWS = ["overview", "flows/orders", "sources", "refused", "dead-letters", "doctor"] as const;
/** Its only run fails, and waits an hour to try again. */
const LATER = `triggers: [{ type: event, event_type: later }]
config: { retry_policy: { max_attempts: 2, initial_delay: 1h } }
nodes: [{ id: fails, type: script, config: { script: "throw \\"no\\"" } }]
`;
const FINDINGS = [
  { level: "ok", check: "port", where: "8080", message: "The port is free." },
  {
    level: "error",
    check: "hidden-flow",
    where: "flows/orders.ygtc",
    message: "No tenant sees this flow.",
    fix: "Rename it.",
    frame: "> 2 | triggers",
  },
  { level: "warning", check: "weak-secret", where: "demo/github", message: "The secret is short." },
] as const;

describe("the inspector for operators", () => {
  let bundle: TestBundle;
  let gateway: TestGateway;
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    bundle = await createSampleBundle();
    gateway = await TestGateway.start(bundle, {}, { doctor: async () => FINDINGS });
    for (let n = 0; n < 3; n++) await postOrder(gateway.url);
    for (let n = 0; n < FAILED_RUNS; n++) {
      const answer = await postIssue(gateway.url, null);
      await gateway.settled(((await answer.json()) as { event_id: string }).event_id);
    }
  });

  afterEach(async () => {
    await gateway[Symbol.asyncDispose]();
    await bundle.remove();
  });

  async function open(path: string, options: Parameters<typeof openInspector>[2] = {}): Promise<Page> {
    const visit = { adminUrl: gateway.adminUrl, token: gateway.gateway.token };
    const page = await openInspector(browser, visit, options);
    onTestFinished(() => page.context().close());
    await page.goto(`${gateway.adminUrl}/${path}`);
    await page.locator("h1").waitFor();
    return page;
  }

  test("a refused request appears without a reload, with its reason and what to do; its signature is masked until it is asked for", async () => {
    const page = await open("refused");
    await page.getByText("Nothing was refused.").waitFor();
    await postIssue(gateway.url, "from somebody else", ANOTHER_SECRET);

    const row = page.locator("[data-refusal]");
    await row.getByText("signature_mismatch").waitFor();
    expect(await row.innerText()).toMatch(/Most likely\s+wrong_secret/);
    expect(await row.innerText()).toContain("What to do: Copy the secret from the provider again");

    await row.getByRole("link").click();
    const header = row.locator(".refusal-headers > div", { hasText: "x-hub-signature-256" });
    await header.waitFor();
    expect(await header.innerText()).toMatch(/masked, \d+ characters/);
    await header.getByRole("button", { name: "Reveal header:x-hub-signature-256" }).press("Enter");
    const revealed = header.getByText(/^sha256=[0-9a-f]{64}$/);
    await revealed.waitFor();
    // Where the keyboard was it goes on: the button is gone.
    expect(await revealed.evaluate("document.activeElement.className")).toBe("revealed");
    expect(page.url()).toMatch(/\/refused\/[^/]+$/);
  });

  test("refused requests are found by reason and by text, and the link shows the same to somebody else", async () => {
    await postIssue(gateway.url, "hay", ANOTHER_SECRET);
    await postIssue(gateway.url, "needle", ANOTHER_SECRET);
    const page = await open("refused");
    await page.getByLabel("Search headers and payload").fill("needle");
    await page.waitForURL(/q=needle/);
    await expect.poll(() => page.locator("[data-refusal]").count(), { timeout: 10_000 }).toBe(1);

    const other = await open(page.url().slice(gateway.adminUrl.length + 1));
    await other.locator("[data-refusal]").waitFor();
    await other.getByLabel("Reason").selectOption("signature_mismatch");
    await other.waitForURL(/reason=signature_mismatch/);
    await expect.poll(() => other.locator("[data-refusal]").count(), { timeout: 10_000 }).toBe(1);
  });

  test("a flow's graph has the counts, failures and settings of its steps", async () => {
    const page = await open("flows/orders?period=1h");
    await page.getByRole("button", { name: /total.*3 ×/ }).waitFor();
    await page.getByRole("button", { name: /size.*3 ×/ }).click();
    const settings = page.locator(".node-panel");
    await settings.getByText("prev.sum > 100").waitFor();
    expect(await settings.innerText()).toMatch(/→ approve\s+3 ×/);

    await page.getByRole("link", { name: /^issues/ }).click();
    await page.getByRole("button", { name: new RegExp(`title.*${FAILED_RUNS} failed`) }).waitFor();
  });

  test("steps of the graph are chosen with the keyboard", async () => {
    const page = await open("flows/orders?period=1h");
    const total = page.getByRole("button", { name: /total/ });
    await total.focus();
    await page.keyboard.press("Enter");
    expect(await total.getAttribute("aria-pressed")).toBe("true");
    expect(await total.getAttribute("aria-description")).toContain("first step");
  });

  test("dead letters are replayed at a rate, with a progress bar, and their events have new runs", async () => {
    const page = await open("dead-letters");
    await page.getByLabel("Select all that are listed").check();
    await page.getByText(`${FAILED_RUNS} events selected`).waitFor();
    await page.getByLabel("Events a second").fill("10");
    await page.getByRole("button", { name: "Replay" }).click();

    const progress = page.locator(".bulk-progress progress");
    await progress.waitFor();
    expect(Number(await progress.getAttribute("max"))).toBe(FAILED_RUNS);
    await page.locator(".bulk-progress").getByText(`${FAILED_RUNS} of ${FAILED_RUNS}`).waitFor();
    await page.locator(".bulk-progress").getByText("Replayed", { exact: true }).waitFor();

    const { items } = (await (await gateway.api("runs?flow=issues&limit=100")).json()) as {
      items: { event_id: string; replay_of: string | null }[];
    };
    expect(items.filter(({ replay_of: replayOf }) => replayOf !== null)).toHaveLength(FAILED_RUNS);
  });

  test("a double click on Replay replays what is chosen once", async () => {
    const page = await open("dead-letters");
    await page.getByLabel("Select the event demo / github").first().check();
    await page.getByText("1 event selected").waitFor();
    await page.getByLabel("Events a second").fill("1000");
    await page.getByRole("button", { name: "Replay" }).dblclick();
    await page.locator(".bulk-progress").getByText("1 of 1").waitFor();
    const { items } = (await (await gateway.api("audit?limit=10")).json()) as { items: { act: string }[] };
    expect(items.filter(({ act }) => act === "bulk_replay")).toHaveLength(1);
  });

  test("a failed run whose replay succeeds says so at once, and leads to it; new ones are announced", async () => {
    const page = await open("dead-letters");
    const rows = page.locator("tr[data-run]");
    await rows.nth(FAILED_RUNS - 1).waitFor();
    await postIssue(gateway.url, null);
    await page.getByRole("button", { name: "1 new dead letter" }).click();
    await rows.nth(FAILED_RUNS).waitFor();

    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.getByText("1 event selected").waitFor();
    await bundle.write("flows/issues.ygtc", MENDED_ISSUES);
    await gateway.takeOver(bundle);
    await page.getByRole("button", { name: "Replay" }).click();
    const row = page.locator("tr[data-resolved]");
    await row.getByText("done by a replay").waitFor();
    expect(await row.count()).toBe(1);
    expect(await rows.count()).toBe(FAILED_RUNS + 1);

    await page.getByLabel("Show").selectOption("done");
    await page.waitForURL(/show=done/);
    await expect.poll(() => rows.count()).toBe(1);
    await row.getByRole("link", { name: "show it" }).click();
    await page.locator("[data-run]").filter({ hasText: "succeeded" }).first().waitFor();
  });

  test("an event that a replay made good is no failure to look after: in the list, on its page, in the overview", async () => {
    await bundle.write("flows/issues.ygtc", MENDED_ISSUES);
    await gateway.takeOver(bundle);
    const page = await open("?status=failed");
    const rows = page.locator(".feed-row");
    await rows.nth(FAILED_RUNS - 1).waitFor();
    await rows.first().click();
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    const note = page.locator(".event > .note");
    await note.getByText("has done what failed here", { exact: false }).waitFor();
    await note.getByRole("link", { name: "A replay" }).click();
    expect(await page.evaluate("document.activeElement.innerText")).toContain("succeeded");
    expect(await page.locator("h1 .badge").innerText()).toBe("resolved");

    await page.keyboard.press("Escape");
    await page.waitForURL(/status=failed/);
    await rows.filter({ hasText: "resolved" }).waitFor();
    await page.getByRole("button", { name: "More filters" }).click();
    await page.getByLabel("Failures").selectOption("left to do");
    await page.waitForURL(/resolved=false/);
    await expect.poll(() => rows.count()).toBe(FAILED_RUNS - 1);
    await page.getByLabel("Failures").selectOption("done by a replay");
    await expect.poll(() => rows.count()).toBe(1);

    await page.goto(`${gateway.adminUrl}/overview`);
    const tile = page.locator(".tile").filter({ hasText: "Dead letters" });
    expect(await tile.innerText()).toMatch(new RegExp(`^Dead letters\\s+${FAILED_RUNS - 1}\\s`));
    await tile.getByRole("link", { name: "1 more done by replays" }).click();
    await page.locator("tr[data-resolved]").waitFor();
  });

  test("all that are left to do are replayed, also those that are not listed", async () => {
    const more = 100;
    await Promise.all(Array.from({ length: more }, () => postIssue(gateway.url, null)));
    const failed = async () =>
      ((await (await gateway.api("runs?status=failed&limit=1000")).json()) as { items: [] }).items;
    await expect.poll(async () => (await failed()).length).toBe(FAILED_RUNS + more);
    const page = await open("dead-letters");
    await page.getByLabel("Events a second").fill("1000");
    await page.getByRole("button", { name: "Replay all that are left to do" }).click();
    const all = String(FAILED_RUNS + more);
    await page.locator(".bulk-progress").getByText(`${all} of ${all}`).waitFor();
  });

  test("a bulk replay is stopped half-way", async () => {
    const page = await open("dead-letters");
    await page.getByLabel("Select all that are listed").check();
    await page.getByLabel("Events a second").fill("1");
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    const progress = page.locator(".bulk-progress");
    await progress.getByText("Stopped", { exact: true }).waitFor();
    expect(await progress.innerText()).not.toContain(`${FAILED_RUNS} of ${FAILED_RUNS}`);
  });

  test("why a run failed is left out where the list cannot look for masked values; the event says it", async () => {
    const answer = await postOrder(gateway.url, JSON.stringify({ items: null, more: "x".repeat(300_000) }));
    const { event_id: id } = (await answer.json()) as { event_id: string };
    await gateway.settled(id);
    const page = await open("dead-letters");
    const row = page.locator("[data-run]", { has: page.locator(`a[href="/events/${id}"]`) });
    await row.getByText("Masked in this list: open the event to read it").waitFor();
    expect(await row.innerText()).not.toContain("•••");
    await row.locator(`a[href="/events/${id}"]`).first().click();
    const [run] = (await gateway.event(id)).runs;
    await page.getByText(String(run?.error?.message)).first().waitFor();
  });

  test("one event is replayed, and its new run is seen", async () => {
    const page = await open("dead-letters");
    await page.locator(".dead-letters").getByRole("link", { name: "demo / github" }).first().click();
    const runs = page.locator(".run");
    await runs.first().waitFor();
    const before = await runs.count();
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await runs.nth(before).waitFor();
    expect(await runs.count()).toBe(before + 1);
  });

  test("every source has its verification and its last request; a test request is answered", async () => {
    const page = await open("sources");
    const github = page.getByRole("row", { name: /demo \/ github/ });
    await github.getByText("GitHub: hmac-sha256").waitFor();
    await github
      .getByRole("link", { name: /ago|now/ })
      .first()
      .waitFor();

    const orders = page.getByRole("row", { name: /demo \/ orders/ });
    await orders.getByText("Not verified").waitFor();
    await github.getByRole("button", { name: "Send a test" }).click();
    const outcome = github.getByText(/Answered \d{3}/);
    await outcome.waitFor();
    expect(await outcome.innerText()).toMatch(/Answered \d{3}/);
  });

  test("a test request whose answer names no event leads to the newest of its type", async () => {
    const flow = "nodes: [{ id: answer, type: http_response }]\ntriggers: [{ type: event, event_type: pings }]\n";
    await bundle.write("flows/pings.ygtc", flow);
    await gateway.takeOver(bundle);
    const page = await open("sources");
    const pings = page.getByRole("row", { name: /demo \/ pings/ });
    await pings.getByRole("button", { name: "Send a test" }).click();
    await pings.getByRole("link", { name: "Show the newest" }).click();
    await page.waitForURL("**/?tenant=demo&type=pings");
    await feedRows(page).first().waitFor();
    expect(await feedRows(page).count()).toBe(1);
  });

  test("a flow that no event starts says what does", async () => {
    await bundle.write("flows/later.ygtc", 'nodes: [{ id: work, type: template, config: { template: "done" } }]\n');
    await gateway.takeOver(bundle);
    const page = await open("flows/later");
    const facts = page.locator(".flow-facts");
    await facts.getByText("flows/later.ygtc").waitFor();
    expect(await facts.innerText()).toMatch(/Started by\s+No event: only other flows start it/);
  });

  test("a text is copied also where the browser keeps the clipboard from a page", async () => {
    const page = await open("sources");
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    const row = page.getByRole("row", { name: /demo \/ github/ });
    await row.getByRole("button", { name: "Copy URL" }).click();
    await row.getByText("Copied").waitFor();
    await page.getByRole("link", { name: "Refused" }).click();
    await page.getByLabel("Search headers and payload").press("Control+V");
    expect(await page.getByLabel("Search headers and payload").inputValue()).toMatch(
      /\/events\/webhook\/demo\/github$/,
    );
  });

  test("what waits and how much room is taken is in the overview, over time", async () => {
    await bundle.write("flows/later.ygtc", LATER);
    const { webhook, admin } = gateway.gateway.addresses;
    const ports = { port: String(webhook.port), admin_port: String(admin.port) };
    await gateway[Symbol.asyncDispose]();
    gateway = await TestGateway.start(bundle, ports);
    const answer = await gateway.post("demo/later", "{}");
    await gateway.eventWhen(answer.json()["event_id"], ({ runs }) => runs[0]?.status === "waiting");
    const page = await open("overview?period=15m");
    // The newest value is the present; older ones are those at the end of their minute.
    const valueOf = (chart: string) => page.getByRole("slider", { name: chart }).getAttribute("aria-valuetext");
    await page.getByRole("slider", { name: "Backlog" }).waitFor();
    expect(await valueOf("Backlog")).toMatch(/waiting for a retry 1/);
    expect(await valueOf("Age of the oldest open run")).toMatch(/age \d/);
    expect(await valueOf("Disk")).toMatch(/Journal \d.*B, Index \d.*B/);
    expect(await valueOf("Free space")).toMatch(/free \d.*[MGT]B/);
    await page.getByText("the oldest:", { exact: false }).first().waitFor();
  });

  test("the overview counts what came; arrow keys and a table tell the same as the picture", async () => {
    await postIssue(gateway.url, "from somebody else", ANOTHER_SECRET);
    await gateway.post("demo/orders", "{no JSON");
    const page = await open("overview?period=15m");
    // Refused for what it contained, it was stored first: it is an event.
    await page.getByRole("link", { name: "content", exact: true }).click();
    await page.locator(".feed-row").filter({ hasText: "orders" }).waitFor();
    await page.goBack();
    const requests = page.getByRole("slider", { name: "Requests" });
    await requests.focus();
    await page.keyboard.press("ArrowLeft");
    expect(await requests.getAttribute("aria-valuetext")).toMatch(/verified \d+, unsigned \d+, refused \d+/);
    const chart = page.getByRole("figure", { name: "Requests" });
    await chart.getByText("As a table").click();
    expect(await chart.getByRole("row").count()).toBeGreaterThan(1);
    await page.getByRole("link", { name: "signature_mismatch" }).click();
    await page.locator("[data-refusal]").waitFor();
  });

  test("doctor's findings come worst first and lead to where they are", async () => {
    const page = await open("doctor");
    const findings = page.locator(".finding");
    await findings.first().waitFor();
    expect((await findings.allInnerTexts()).map((text) => text.split(/\s/)[0])).toEqual(["Error", "Warning"]);
    await findings.first().getByText("A flow that no tenant sees").waitFor();
    await page.getByText("1 check is in order").waitFor();
    await findings.first().getByRole("link", { name: "Show the flow" }).click();
    await page.waitForURL(/\/flows\/orders$/);
  });

  test("in German doctor's findings are named, and say what to do; what the gateway said is marked as English", async () => {
    const page = await open("doctor", { locale: "de-DE" });
    const finding = page.locator(".finding").first();
    await finding.getByText("Ein Ablauf, den kein Mandant sieht").waitFor();
    await finding.getByText("Einen der Abläufe umbenennen", { exact: false }).waitFor();
    expect(await finding.locator("[lang=en]").allInnerTexts()).toEqual(["No tenant sees this flow.", "Rename it."]);
    // Advice also where the gateway gave none.
    await page.getByText("Ein zufälliges Geheimnis erzeugen", { exact: false }).waitFor();
  });

  test("in every list j and k walk the rows, enter opens one, escape lets go, and ? tells so", async () => {
    await postIssue(gateway.url, "from somebody else", ANOTHER_SECRET);
    await postIssue(gateway.url, "from another one", ANOTHER_SECRET);
    const page = await open("sources");
    const place = (): Promise<number> =>
      page.evaluate<number>(`[...document.querySelectorAll("[data-row]")].indexOf(
        document.activeElement.closest("[data-row]"))`);
    const press = async (...keys: readonly string[]): Promise<number> => {
      for (const key of keys) await page.keyboard.press(key);
      return place();
    };
    const opened = {
      sources: /\/\?tenant=/,
      flows: /\/flows\/\w/,
      refused: /\/refused\/\w/,
      "dead-letters": /\/events\//,
    };
    for (const [view, url] of Object.entries(opened)) {
      await page.goto(`${gateway.adminUrl}/${view}`);
      await page.locator("[data-row]").nth(1).waitFor();
      expect([await press("j"), await press("j"), await press("k"), await press("Escape")], view).toEqual([
        0, 1, 0, -1,
      ]);
      await press("j", "?");
      await page.getByRole("dialog", { name: "With the keyboard" }).waitFor();
      await press("j", "Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      expect(await place(), view).toBe(0);
      await press("Enter");
      await page.waitForURL(url);
    }
    await page.locator(".run").first().waitFor();
    await press("Escape");
    await page.waitForURL(/\/dead-letters$/);
  });

  for (const colorScheme of ["light", "dark"] as const)
    test(`no view has a serious finding of axe in ${colorScheme} colours`, async () => {
      const found: string[] = [];
      const page = await open("overview", { colorScheme });
      for (const view of VIEWS) {
        await page.goto(`${gateway.adminUrl}/${view}`);
        await page.locator("main .card, main .note").first().waitFor();
        found.push(...(await seriousFindings(page)).map((finding) => `${view}: ${finding}`));
      }
      expect(found).toEqual([]);
    }, 90_000);

  test("every view has its German title, and fits a phone", async () => {
    const page = await open("overview", { locale: "de-DE", viewport: { width: 390, height: 844 } });
    const titles: string[] = [];
    for (const view of VIEWS) {
      await page.goto(`${gateway.adminUrl}/${view}`);
      await page.locator("main .card, main .note").first().waitFor();
      titles.push(await page.locator("h1").innerText());
      expect(await page.evaluate("document.documentElement.scrollWidth"), view).toBeLessThanOrEqual(390);
    }
    expect(titles).toEqual(["Überblick", "Abläufe", "Quellen", "Abgelehnt", "Gescheiterte Läufe", "Diagnose"]);
  });
});
