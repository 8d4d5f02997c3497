import { expect, test } from "vitest";
import { ClientAddresses } from "./client-address.ts";

const forwarded = (...lines: readonly string[]) => [
  ["host", "hooks.example.com"] as const,
  ...lines.map((line) => ["x-forwarded-for", line] as const),
];

const proxies = new ClientAddresses(["127.0.0.1", "::1", "10.0.0.0/8"]);

test.each([
  ["a client without a proxy", "203.0.113.7", forwarded(), "203.0.113.7"],
  ["a client that pretends to be a proxy", "203.0.113.7", forwarded("198.51.100.1"), "203.0.113.7"],
  ["one proxy", "127.0.0.1", forwarded("203.0.113.7"), "203.0.113.7"],
  ["two proxies", "127.0.0.1", forwarded("203.0.113.7, 10.1.2.3"), "203.0.113.7"],
  ["each with a header of its own", "127.0.0.1", forwarded("203.0.113.7", "10.1.2.3"), "203.0.113.7"],
  ["what the client wrote before", "127.0.0.1", forwarded("10.9.9.9, 198.51.100.1, 203.0.113.7"), "203.0.113.7"],
  ["a client among the proxies", "127.0.0.1", forwarded("10.1.2.3"), "10.1.2.3"],
  ["a proxy that says nothing", "127.0.0.1", forwarded(), "127.0.0.1"],
  ["a connection in the form of IPv6", "::ffff:127.0.0.1", forwarded("203.0.113.7"), "203.0.113.7"],
  ["IPv6", "::1", forwarded("2001:db8::1"), "2001:db8::1"],
  ["a port behind it", "127.0.0.1", forwarded("203.0.113.7:4711"), "203.0.113.7"],
  ["a port behind IPv6", "127.0.0.1", forwarded("[2001:db8::1]:4711"), "2001:db8::1"],
  ["no address", "127.0.0.1", forwarded("203.0.113.7, unknown"), "127.0.0.1"],
  ["no address behind a second proxy", "127.0.0.1", forwarded("_hidden, 10.1.2.3"), "10.1.2.3"],
  ["a range for an address", "127.0.0.1", forwarded("203.0.113.0/24"), "127.0.0.1"],
  ["a zone behind it", "127.0.0.1", forwarded("fe80::1%<b>"), "127.0.0.1"],
  ["nothing between the commas", "127.0.0.1", forwarded("203.0.113.7,,"), "127.0.0.1"],
])("%s: the client is found", (_what, peer, headers, client) => {
  expect(proxies.of(peer, headers)).toBe(client);
});

test("without trusted proxies nobody is believed", () => {
  expect(new ClientAddresses([]).of("127.0.0.1", forwarded("203.0.113.7"))).toBe("127.0.0.1");
});

test("a header without end is read from its end, and costs nothing", () => {
  const many = forwarded(`203.0.113.7, ${Array.from({ length: 5000 }, () => "10.0.0.1").join(",")}`);
  const startedAt = performance.now();
  expect(proxies.of("127.0.0.1", many)).toBe("10.0.0.1");
  expect(performance.now() - startedAt).toBeLessThan(100);
});

test("a proxy must be an address or a range", () => {
  expect(() => new ClientAddresses(["nginx"])).toThrow('"nginx" is no IP address and no CIDR range');
});
