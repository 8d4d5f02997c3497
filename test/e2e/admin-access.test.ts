/** Who gets into the admin port, over real sockets: every rule, from outside. */
import { request as httpRequest } from "node:http";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

let bundle: TestBundle;
let gateway: TestGateway;

beforeAll(async () => {
  bundle = await createTestBundle({});
  gateway = await TestGateway.start(bundle);
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly of?: TestGateway;
}

/** Sends exactly these headers: `fetch` would not let a test choose its Host and Origin. */
function ask({ method = "GET", path = "/api/info", headers = {}, body, of = gateway }: Asked): Promise<Got> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(of.adminUrl + path, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${gateway.gateway.token}` });

function login(token: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
  const all = { "content-type": "application/json", ...headers };
  return ask({ method: "POST", path: "/api/login", headers: all, body: JSON.stringify({ token }) });
}

async function session(): Promise<string> {
  const [cookie = ""] = [(await login(gateway.gateway.token)).headers["set-cookie"]].flat();
  return cookie.split(";")[0] ?? "";
}

test("health, readiness and metrics are open; everything under /api is closed without a token", async () => {
  for (const path of ["/healthz", "/readyz", "/metrics"]) expect((await ask({ path })).status).toBe(200);
  for (const path of ["/api/info", "/api/events", "/api/stream", "/api/openapi.json", "/api/nothing"]) {
    const { status, headers, body } = await ask({ path });
    expect([path, status]).toEqual([path, 401]);
    expect(headers["www-authenticate"]).toBe("Bearer");
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(body).not.toContain(gateway.gateway.token);
  }
});

test("metrics name tenants and flows: on loopback no page reads them through a name of its own", async () => {
  for (const host of ["rebind.example", "127.0.0.1.rebind.example:80", "192.0.2.7"])
    expect([host, (await ask({ path: "/metrics", headers: { host } })).status]).toEqual([host, 403]);
  expect((await ask({ path: "/metrics", headers: { host: "localhost:9" } })).status).toBe(200);
});

test("a program with the token is let in, one with another is not", async () => {
  expect((await ask({ headers: bearer() })).status).toBe(200);
  expect((await ask({ headers: { authorization: "Bearer wrong" } })).status).toBe(401);
  expect((await ask({ path: `/api/info?token=${gateway.gateway.token}` })).status).toBe(401);
});

test.each<[string, Record<string, string>]>([
  ["under a name that someone else controls (DNS rebinding)", { host: "rebind.example" }],
  ["from a page of another site", { origin: "https://evil.example" }],
  ["from a page of another port of this machine", { origin: "http://127.0.0.1:3000" }],
  ["from a page that hides where it is", { origin: "null" }],
  ["from another site, as the browser says", { "sec-fetch-site": "cross-site" }],
  ["from a neighbour's page, as the browser says", { "sec-fetch-site": "same-site" }],
])("%s nobody is let in, with the token or to log in", async (_what, headers) => {
  expect((await ask({ headers: { ...bearer(), ...headers } })).status).toBe(403);
  const refused = await login(gateway.gateway.token, headers);
  expect(refused.status).toBe(403);
  expect(refused.headers["set-cookie"]).toBeUndefined();
});

test("a target that is no URL is refused, and no fault of the gateway", async () => {
  expect((await ask({ path: "//[" })).status).toBe(400);
  expect((await ask({ path: "/%zz" })).status).toBeLessThan(500);
  expect((await ask({ path: "/api/events/%zz", headers: bearer() })).status).toBe(404);
  expect(gateway.faults).toEqual([]);
});

test("no answer lets another site read it, keep it, or take it for something else", async () => {
  const answers = [await ask({ headers: bearer() }), await ask({}), await ask({ path: "/" })];
  for (const { headers } of answers) {
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  }
  expect(answers[0]?.headers["cache-control"]).toBe("no-store");
});

test("a browser exchanges the token for a cookie that only this port's pages can use", async () => {
  const given = await login(gateway.gateway.token);
  expect(given.status).toBe(200);
  expect(String(given.headers["set-cookie"])).toMatch(/HttpOnly; SameSite=Strict; Path=\//);
  expect(String(given.headers["set-cookie"])).not.toContain(gateway.gateway.token);
  const cookie = await session();
  expect((await ask({ headers: { cookie } })).status).toBe(200);
  const act = { method: "POST", path: "/api/events/none/replay" };
  expect((await ask({ ...act, headers: { cookie } })).status).toBe(403);
  expect((await ask({ ...act, headers: { cookie, origin: gateway.adminUrl } })).status).toBe(404);
  expect((await ask({ ...act, headers: { cookie, origin: "https://evil.example" } })).status).toBe(403);
});

test("a login must be JSON, which no form of another site can send", async () => {
  const headers = { "content-type": "text/plain" };
  const body = JSON.stringify({ token: gateway.gateway.token });
  const { status } = await ask({ method: "POST", path: "/api/login", headers, body });
  expect(status).toBe(415);
});

test("of who has no token, no more is read than a token can be long", async () => {
  const body = JSON.stringify({ token: "x".repeat(5000) });
  const headers = { "content-type": "application/json" };
  expect((await ask({ method: "POST", path: "/api/login", headers, body })).status).toBe(413);
});

test("leaving ends the cookie", async () => {
  const headers = { cookie: await session(), origin: gateway.adminUrl };
  const left = await ask({ method: "POST", path: "/api/logout", headers });
  expect(left.status).toBe(200);
  expect(String(left.headers["set-cookie"])).toContain("Max-Age=0");
});

test("the token is kept for its owner alone, and stays over a restart", async () => {
  const other = await createTestBundle({});
  try {
    let token: string;
    {
      await using first = await TestGateway.start(other);
      token = first.gateway.token;
    }
    const { mode } = await stat(join(other.folder, "state", "admin.token"));
    expect(mode & 0o777).toBe(0o600);
    await using again = await TestGateway.start(other);
    expect(again.gateway.token).toBe(token);
  } finally {
    await other.remove();
  }
});

test("on another address, which has to be configured, the token is asked for as well", async () => {
  const other = await createTestBundle({});
  try {
    await using elsewhere = await TestGateway.start(other, { admin_host: "127.0.0.2" });
    expect(elsewhere.gateway.addresses.admin.host).toBe("127.0.0.2");
    const { token } = elsewhere.gateway;
    expect((await ask({ of: elsewhere })).status).toBe(401);
    expect((await ask({ of: elsewhere, headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    const headers = { authorization: `Bearer ${token}`, host: "rebind.example" };
    expect((await ask({ of: elsewhere, headers })).status).toBe(403);
    const { port } = elsewhere.gateway.addresses.admin;
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow("fetch failed");
  } finally {
    await other.remove();
  }
});

test("failed logins run out: then even the right token has to wait", async () => {
  const other = await createTestBundle({});
  try {
    await using guessed = await TestGateway.start(other);
    const tryToken = (token: string): Promise<Got> =>
      ask({
        of: guessed,
        method: "POST",
        path: "/api/login",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token }),
      });
    for (let count = 0; count < 10; count++) expect((await tryToken(`guess ${count}`)).status).toBe(401);
    const waiting = await tryToken(guessed.gateway.token);
    expect([waiting.status, waiting.headers["retry-after"]]).toEqual([429, "6"]);
    expect(waiting.headers["set-cookie"]).toBeUndefined();
    // A program that has the token is not kept out by someone who guesses.
    const headers = { authorization: `Bearer ${guessed.gateway.token}` };
    expect((await ask({ of: guessed, headers })).status).toBe(200);
  } finally {
    await other.remove();
  }
});

test("a program that goes on with an old token keeps nobody out of the page", async () => {
  const other = await createTestBundle({});
  try {
    await using polled = await TestGateway.start(other);
    const stale = { authorization: "Bearer of-last-week" };
    for (let count = 0; count < 20; count++) expect((await ask({ of: polled, headers: stale })).status).toBe(401);
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ token: polled.gateway.token });
    expect((await ask({ of: polled, method: "POST", path: "/api/login", headers, body })).status).toBe(200);
  } finally {
    await other.remove();
  }
});

test("logins are in the trail", async () => {
  await session();
  const { body } = await ask({ path: "/api/audit", headers: bearer() });
  const { items } = JSON.parse(body) as { items: readonly { readonly act: string; readonly by: string }[] };
  expect(items).toContainEqual(expect.objectContaining({ act: "login", by: "cookie" }));
});
