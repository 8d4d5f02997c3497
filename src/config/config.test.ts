import { expect, test } from "vitest";
import { resolveConfig } from "./index.ts";

test("without anything, the defaults hold", () => {
  expect(resolveConfig({ env: {} })).toMatchObject({
    host: "127.0.0.1",
    port: 8080,
    adminPort: 8081,
    maxBodyBytes: 26_214_400,
    answerDeadlineMs: 10_000,
    dedupeWindowMs: 259_200_000,
  });
});

test("option beats environment beats file", () => {
  const fileText = "port: 1\nadmin_port: 1\nrunners: 1\n";
  const env = { GTC_PORT: "2", GTC_ADMIN_PORT: "2" };
  expect(resolveConfig({ options: { port: "3" }, env, fileText })).toMatchObject({ port: 3, adminPort: 2, runners: 1 });
});

test("sizes and durations are read with their units", () => {
  expect(resolveConfig({ env: { GTC_MAX_BODY_BYTES: "2MiB", GTC_RETENTION: "1d12h" } })).toMatchObject({
    maxBodyBytes: 2_097_152,
    retentionMs: 129_600_000,
  });
});

test("addresses are a list, however it is spaced", () => {
  expect(resolveConfig({ env: {} }).trustedProxies).toEqual([]);
  expect(resolveConfig({ env: { GTC_TRUSTED_PROXIES: "127.0.0.1,::1 , 10.0.0.0/8," } }).trustedProxies).toEqual([
    "127.0.0.1",
    "::1",
    "10.0.0.0/8",
  ]);
});

test("the configuration cannot be changed", () => {
  expect(Object.isFrozen(resolveConfig({ env: {} }))).toBe(true);
});

test("all faults are said at once, each with its place and what is allowed", () => {
  const resolve = (): unknown =>
    resolveConfig({
      options: { port: "eighty" },
      env: { GTC_RETENTION: "soon", GTC_PROT: "1" },
      fileText: "runers: 2\nlog_level: loud\n",
    });
  expect(resolve).toThrow(expect.objectContaining({ code: "GTC_CONFIG_INVALID" }) as Error);
  for (const part of [
    '--port: "eighty" is not a whole number',
    "GTC_RETENTION",
    "did you mean GTC_PORT",
    'did you mean "runners"',
    "one of debug, info, warn, error",
  ])
    expect(resolve).toThrow(part);
});

test.each([
  [
    "a port that there is not",
    { env: { GTC_PORT: "99999" } },
    'GTC_PORT: "99999" is not a whole number from 0 to 65535',
  ],
  ["a list for a text", { env: {}, fileText: "host: [127.0.0.1]\n" }, 'gtc.yaml: host: ["127.0.0.1"] is not a text'],
  [
    "a name for an address",
    { env: {}, fileText: "trusted_proxies: 127.0.0.1, nginx\n" },
    'gtc.yaml: trusted_proxies: "127.0.0.1, nginx" is not a list of addresses or ranges, such as 127.0.0.1, 10.0.0.0/8',
  ],
  ["no YAML", { env: {}, fileText: "port: 1\n port: 2\n" }, "gtc.yaml:1:7: Nested mappings"],
  ["a setting twice", { env: {}, fileText: "port: 1\nport: 2\n" }, "gtc.yaml:2:1: Map keys must be unique"],
])("%s is refused where it stands", (_what, sources, message) => {
  expect(() => resolveConfig(sources)).toThrow(message);
});
