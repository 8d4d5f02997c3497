import { expect, test } from "vitest";
import { judgeAccess } from "./access.ts";

const TOKEN = "t0ken";
const good = { host: "127.0.0.1:8081", authorization: `Bearer ${TOKEN}` };

test("a program on this machine with the token may enter", () => {
  expect(judgeAccess(good, TOKEN)).toEqual({ ok: true });
  expect(judgeAccess({ ...good, host: "localhost:8081", origin: "http://localhost:8081" }, TOKEN)).toEqual({
    ok: true,
  });
});

test.each([
  ["no token", { host: "localhost" }, 401],
  ["a wrong token", { ...good, authorization: "Bearer nope" }, 401],
  ["a token in another form", { ...good, authorization: `Basic ${TOKEN}` }, 401],
  ["a name that someone else controls", { ...good, host: "rebind.example:8081" }, 403],
  ["no host", { authorization: good.authorization }, 403],
  ["a page of another site", { ...good, origin: "https://evil.example" }, 403],
])("%s is turned away", (_what, headers, status) =>
  expect(judgeAccess(headers, TOKEN)).toMatchObject({ ok: false, status }),
);

test("an address that was configured on purpose is a known name", () => {
  const headers = { ...good, host: "10.0.0.5:8081" };
  expect(judgeAccess(headers, TOKEN)).toMatchObject({ status: 403 });
  expect(judgeAccess(headers, TOKEN, "10.0.0.5")).toEqual({ ok: true });
});
