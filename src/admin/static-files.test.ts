import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StaticFiles } from "./static-files.ts";

const BUILT: Readonly<Record<string, string>> = {
  "index.html": "<!doctype html><title>gtc</title>",
  "favicon.svg": "<svg/>",
  "assets/main-Ab12.js": "plain script",
  "assets/main-Ab12.js.br": "script in br",
  "assets/main-Ab12.js.gz": "script in gzip",
  "assets/main-Ab12.css": "a{}",
  "assets/main-Ab12.css.gz": "style in gzip",
};

let folder: string;
let page: StaticFiles;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gtc-page-"));
  await writeFile(join(folder, "secret.txt"), "outside");
  for (const [name, text] of Object.entries(BUILT)) {
    const path = join(folder, "page", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  page = await StaticFiles.load(join(folder, "page"));
});

afterAll(() => rm(folder, { recursive: true }));

const textOf = (path: string, headers = {}) => page.answer(path, headers).body.toString();

test.each(["/", "/index.html", "/events", "/events/0193", "/flows/orders/"])("%s is the page", (path) => {
  const { status, headers, body } = page.answer(path, {});
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(headers["cache-control"]).toBe("no-cache");
  expect(body.toString()).toBe(BUILT["index.html"]);
});

test("a file with a hash in its name is kept for ever, another is asked for anew", () => {
  expect(page.answer("/assets/main-Ab12.js", {}).headers).toMatchObject({
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "public, max-age=31536000, immutable",
  });
  expect(page.answer("/favicon.svg", {}).headers).toMatchObject({
    "content-type": "image/svg+xml",
    "cache-control": "no-cache",
  });
});

test.each([
  ["/assets/main-Ab12.js", "gzip, deflate, br", "br", "script in br"],
  ["/assets/main-Ab12.js", "gzip, br;q=0", "gzip", "script in gzip"],
  ["/assets/main-Ab12.js", "GZIP;q=0.5", "gzip", "script in gzip"],
  ["/assets/main-Ab12.js", "zstd", undefined, "plain script"],
  ["/assets/main-Ab12.css", "br, gzip", "gzip", "style in gzip"],
])("%s for %s comes as %s", (path, accepted, encoding, text) => {
  const { headers, body } = page.answer(path, { "accept-encoding": accepted });
  expect(headers["content-encoding"]).toBe(encoding);
  expect(headers["vary"]).toBe("accept-encoding");
  expect(body.toString()).toBe(text);
});

test("who knows a file already gets no body", () => {
  const { etag = "" } = page.answer("/", {}).headers;
  const again = page.answer("/", { "if-none-match": `"other", ${etag}` });
  expect(again.status).toBe(304);
  expect(again.headers["etag"]).toBe(etag);
  expect(again.body).toHaveLength(0);
  expect(page.answer("/", { "if-none-match": '"other"' }).status).toBe(200);
});

test.each(["/flows/order.created", "/events/a.b?with=c.d", "/refused/x.y", "/none/at.all"])(
  "%s is a view's",
  (path) => {
    expect(page.answer(path, {}).status).toBe(200);
  },
);

test.each([
  "/favicon.ico",
  "/assets/none",
  "/assets/none.js",
  "/assets/main-Ab12.js.br",
  "/../secret.txt",
  "/..%2fsecret.txt",
  "/assets/../../secret.txt",
  "//secret.txt",
  "/__proto__.js",
])("%s is not there", (path) => {
  expect(page.answer(path, {}).status).toBe(404);
  expect(textOf(path)).not.toContain("outside");
});

test("every answer forbids what the page does not need", async () => {
  const unbuilt = await StaticFiles.load(join(folder, "nowhere"));
  const replies = [page.answer("/", {}), page.answer("/no.js", {}), unbuilt.answer("/", {})];
  for (const { headers } of replies) {
    const policy = headers["content-security-policy"];
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  }
});

test("a page that is not built says what to do", async () => {
  const { status, headers, body } = (await StaticFiles.load(join(folder, "nowhere"))).answer("/", {});
  expect(status).toBe(404);
  expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
  expect(body.toString()).toContain("npm run build");
});
