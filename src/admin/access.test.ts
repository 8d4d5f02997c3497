import { expect, test } from "vitest";
import { FailedTries, judgeAccess, judgeOpenRead, sessionCookie, type AccessRequest } from "./access.ts";

const TOKEN = "t0ken";
const OPTIONS = { token: TOKEN, port: 8081, host: "127.0.0.1" };
const COOKIE = sessionCookie(TOKEN, OPTIONS)!.split(";")[0]!;
const bearer = { host: "127.0.0.1:8081", authorization: `Bearer ${TOKEN}` };
const page = { host: "localhost:8081", cookie: COOKIE, "sec-fetch-site": "same-origin" };

const judge = (headers: AccessRequest["headers"], method = "GET", options = OPTIONS) =>
  judgeAccess({ method, headers }, options);

test("a program on this machine with the token may enter, and act", () => {
  expect(judge(bearer)).toEqual({ ok: true, by: "bearer" });
  expect(judge(bearer, "POST")).toEqual({ ok: true, by: "bearer" });
  expect(judge({ ...bearer, host: "localhost:8081", origin: "http://localhost:8081" })).toMatchObject({ ok: true });
});

test("a page of this port with the cookie may read and act", () => {
  expect(judge(page)).toEqual({ ok: true, by: "cookie" });
  expect(judge(page, "POST")).toEqual({ ok: true, by: "cookie" });
  expect(
    judge({ host: page.host, cookie: `other=1; ${COOKIE}`, origin: "http://localhost:8081" }, "POST"),
  ).toMatchObject({ ok: true });
});

test.each<[string, AccessRequest["headers"], string, number]>([
  ["no token", { host: "localhost:8081" }, "GET", 401],
  ["a wrong token", { ...bearer, authorization: "Bearer nope" }, "GET", 401],
  ["a token in another form", { ...bearer, authorization: `Basic ${TOKEN}` }, "GET", 401],
  ["the token as a cookie", { ...page, cookie: `gtc_admin_8081=${TOKEN}` }, "GET", 401],
  ["the cookie as a token", { ...bearer, authorization: `Bearer ${COOKIE.split("=")[1]}` }, "GET", 401],
  ["a cookie of another port", { ...page, cookie: COOKIE.replace("8081", "9000") }, "GET", 401],
  ["a name that someone else controls", { ...bearer, host: "rebind.example:8081" }, "GET", 403],
  ["no host", { authorization: bearer.authorization }, "GET", 403],
  ["a page of another site", { ...bearer, origin: "https://evil.example" }, "GET", 403],
  ["a page of another port of this machine", { ...page, origin: "http://localhost:3000" }, "POST", 403],
  ["a page that hides its origin", { ...page, origin: "null" }, "POST", 403],
  ["an image or a form on another site", { ...page, "sec-fetch-site": "cross-site" }, "GET", 403],
  ["an act that does not say where it comes from", { host: page.host, cookie: COOKIE }, "POST", 403],
])("%s is turned away", (_what, headers, method, status) =>
  expect(judge(headers, method)).toMatchObject({ ok: false, status }),
);

test("an address that was configured on purpose is a known name", () => {
  const headers = { ...bearer, host: "10.0.0.5:8081" };
  expect(judge(headers)).toMatchObject({ status: 403 });
  expect(judge(headers, "GET", { ...OPTIONS, host: "10.0.0.5" })).toMatchObject({ ok: true });
});

test("bound to every address, it is known by each of them but by no name", () => {
  for (const host of ["0.0.0.0", "::"]) {
    const options = { ...OPTIONS, host };
    expect(judge({ ...bearer, host: "192.168.1.5:8081" }, "GET", options)).toMatchObject({ ok: true });
    expect(judge({ ...bearer, host: "[fd00::5]:8081" }, "GET", options)).toMatchObject({ ok: true });
    expect(judge({ ...bearer, host: "rebind.example:8081" }, "GET", options)).toMatchObject({ status: 403 });
  }
  expect(judge({ ...bearer, host: "[fd00::5]:8081" }, "GET", { ...OPTIONS, host: "fd00::5" })).toMatchObject({
    ok: true,
  });
});

test("a new token ends the sessions of the old one", () => {
  expect(judge(page, "GET", { ...OPTIONS, token: "another" })).toMatchObject({ status: 401 });
});

test("the cookie cannot be read by scripts, nor sent from another site", () => {
  expect(sessionCookie(TOKEN, OPTIONS)).toMatch(/; HttpOnly; SameSite=Strict; Path=\//);
  expect(sessionCookie("nope", OPTIONS)).toBeUndefined();
});

test("failed tries run out, and come back with time", () => {
  let now = 0;
  const tries = new FailedTries({ now: () => now, monotonic: () => now });
  for (let count = 0; count < 10; count++) {
    expect(tries.isOpen).toBe(true);
    tries.failed();
  }
  expect(tries.isOpen).toBe(false);
  now += 6000;
  expect(tries.isOpen).toBe(true);
});

test("a thousand failed tries keep nobody out for longer than ten", () => {
  let now = 0;
  const tries = new FailedTries({ now: () => now, monotonic: () => now });
  for (let count = 0; count < 1000; count++) tries.failed();
  expect(tries.isOpen).toBe(false);
  now += 6000;
  expect(tries.isOpen).toBe(true);
});

test("bound to more than loopback, metrics are read under any name: scrapers come by one that nobody here knows", () => {
  const asked = { method: "GET", headers: { host: "gtc.internal:8081" } };
  const judged = (host: string) => judgeOpenRead(asked, { token: "t", port: 8081, host });
  expect(judged("0.0.0.0")).toBeUndefined();
  expect(["127.0.0.1", "localhost", "::1"].map((host) => judged(host)?.status)).toEqual([403, 403, 403]);
});
