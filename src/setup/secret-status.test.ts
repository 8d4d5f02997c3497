/** What is said of each secret, from what verified when. */
import { describe, expect, test } from "vitest";
import { secretStatus, type SecretStatus, type SecretUse } from "./secret-status.ts";
import type { StoredKey, StoredSettings } from "./settings.ts";

const NOW = Date.parse("2026-03-01T00:00:00Z");
const HOUR = 3_600_000;

function key(name: string, more: Partial<StoredKey> = {}): StoredKey {
  return { name, secretName: `*/github/${name}`, ...more };
}

function settingsWith(keys: readonly StoredKey[], tenants: StoredSettings["tenants"] = {}): StoredSettings {
  const github = { config: { scheme: { provider: "github" } }, keys: [...keys] };
  return {
    format: 1,
    enabled: true,
    publicBaseUrl: "https://hooks.example.com",
    requireSignature: true,
    shared: { byType: { github } },
    tenants,
  };
}

function used(keyName: string, agoMs: number, more: Partial<SecretUse> = {}): SecretUse {
  return { tenant: "demo", eventType: "github", keyName, count: 1, lastReceivedAtMs: NOW - agoMs, ...more };
}

const adviceOf = (rows: readonly SecretStatus[]): Record<string, string> =>
  Object.fromEntries(rows.map(({ name, advice }) => [name, advice]));

describe("advice", () => {
  test.each<[string, StoredKey[], SecretUse[], Record<string, string>]>([
    ["a secret that verifies is in use", [key("a")], [used("a", HOUR)], { a: "in_use" }],
    ["a secret of which nothing came is never used", [key("a")], [], { a: "never_used" }],
    [
      "right after a rotation the old one ends and the new one waits for the provider",
      [key("new"), key("old", { notAfterMs: NOW + 24 * HOUR })],
      [used("old", HOUR)],
      { new: "never_used", old: "ends" },
    ],
    [
      "once the new one verifies and the old one is silent for a day, the old one may go",
      [key("new"), key("old", { notAfterMs: NOW + 24 * HOUR })],
      [used("new", HOUR), used("old", 25 * HOUR)],
      { new: "in_use", old: "may_go" },
    ],
    [
      "an old one that still verifies may not go, also when its end was never set",
      [key("new"), key("old")],
      [used("new", HOUR), used("old", 2 * HOUR)],
      { new: "in_use", old: "in_use" },
    ],
    [
      "silence alone is no reason: the sender may be quiet",
      [key("new"), key("old")],
      [used("old", 300 * HOUR)],
      { new: "never_used", old: "in_use" },
    ],
    [
      "what has ended has ended, however late it was used",
      [key("new"), key("old", { notAfterMs: NOW })],
      [used("old", 1)],
      { new: "never_used", old: "ended" },
    ],
  ])("%s", (_what, keys, uses, expected) => {
    expect(adviceOf(secretStatus(settingsWith(keys), uses, NOW))).toEqual(expected);
  });
});

test("a secret of all tenants counts what it verified for each of them, but not for a tenant with a scheme of its own", () => {
  const own = { config: { scheme: { provider: "github" } }, keys: [key("a")] };
  const settings = settingsWith([key("a")], { acme: { byType: { github: own } } });
  const uses = [
    used("a", 3 * HOUR, { count: 5 }),
    used("a", HOUR, { tenant: "other", count: 2 }),
    used("a", 1, { tenant: "acme", count: 40 }),
  ];
  expect(secretStatus(settings, uses, NOW)).toMatchObject([
    { tenant: "*", usedCount: 7, lastUsedAtMs: NOW - HOUR },
    { tenant: "acme", usedCount: 40 },
  ]);
});

test("what nothing verified, and names that are no longer there, count for nobody", () => {
  const { keyName: _none, ...unsigned } = used("a", 1);
  const uses = [unsigned, used("gone", 1), used("a", 1, { eventType: "__proto__" })];
  const rows = secretStatus(settingsWith([key("a"), key("b")]), uses, NOW);
  expect(rows.map(({ usedCount }) => usedCount)).toEqual([0, 0]);
});

test("a check for all other event types stands under a star", () => {
  const fallback = { config: { scheme: { spec: { kind: "basic" as const } } }, keys: [key("f")] };
  const settings = { ...settingsWith([key("a")]), shared: { ...settingsWith([key("a")]).shared, fallback } };
  expect(secretStatus(settings, [used("f", HOUR, { eventType: "anything" })], NOW)[0]).toMatchObject({
    eventType: "*",
    scheme: "basic",
    usedCount: 1,
  });
});
