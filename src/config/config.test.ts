import { expect, test } from "vitest";
import { locationOf, renderDiagnostic, Source, type Diagnostic } from "../text/index.ts";
import { resolveConfig, type ConfigFault, type ConfigSources } from "./index.ts";

/** The bundle's file with this text. */
function fileOf(text: string): Source {
  return new Source("gtc.yaml", text);
}

/** Everything that is wrong: of options and variables, then of the file with its places. */
function faultsOf(sources: ConfigSources): readonly string[] {
  try {
    resolveConfig(sources);
    return [];
  } catch (thrown) {
    const { mistakes, diagnostics } = thrown as ConfigFault;
    return [
      ...mistakes,
      ...diagnostics.map(
        (each) => `${locationOf(each)} ${each.message}${each.hint === undefined ? "" : ` ${each.hint}`}`,
      ),
    ];
  }
}

function diagnosticsOf(sources: ConfigSources): readonly Diagnostic[] {
  try {
    resolveConfig(sources);
    return [];
  } catch (thrown) {
    return (thrown as ConfigFault).diagnostics;
  }
}

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
  const file = fileOf("port: 1\nadmin_port: 1\nrunners: 1\n");
  const env = { GTC_PORT: "2", GTC_ADMIN_PORT: "2" };
  expect(resolveConfig({ options: { port: "3" }, env, file })).toMatchObject({ port: 3, adminPort: 2, runners: 1 });
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
  const sources = {
    options: { port: "eighty" },
    env: { GTC_RETENTION: "soon", GTC_PROT: "1" },
    file: fileOf("runers: 2\nlog_level: loud\n# no more\nhost:\n  - a\n"),
  };
  expect(faultsOf(sources)).toEqual([
    "there is no variable GTC_PROT; did you mean GTC_PORT?",
    '--port: "eighty" is not a whole number from 0 to 65535',
    'GTC_RETENTION: "soon" is not a duration such as 250ms, 10s, 1h30m',
    'gtc.yaml:1:1 There is no setting "runers". Did you mean "runners"?',
    'gtc.yaml:2:12 log_level: "loud" is not one of debug, info, warn, error.',
    'gtc.yaml:5:3 host: ["a"] is not a host or an address without its port, such as localhost, 0.0.0.0 or ::1.',
  ]);
  expect(() => resolveConfig(sources)).toThrow(
    expect.objectContaining({
      code: "GTC_CONFIG_INVALID",
      message: expect.stringContaining("gtc.yaml has 3 fault(s); there is no variable GTC_PROT") as string,
    }) as Error,
  );
});

test("a variable that is out of range is refused", () => {
  expect(faultsOf({ env: { GTC_PORT: "99999" } })).toEqual(['GTC_PORT: "99999" is not a whole number from 0 to 65535']);
});

test("a duration that lacks its unit is refused, and no event is dropped for it", () => {
  const env = { GTC_ANSWER_DEADLINE: "10", GTC_KEEP_ALIVE_TIMEOUT: "0.4", GTC_DEDUPE_WINDOW: "259200" };
  expect(faultsOf({ env, file: fileOf("retention: 30\nshutdown_grace: '20'\n") })).toEqual([
    'GTC_KEEP_ALIVE_TIMEOUT: "0.4" without a unit counts milliseconds; write the unit, as in 65s, or 0.4ms if it is meant so',
    'GTC_ANSWER_DEADLINE: "10" without a unit counts milliseconds; write the unit, as in 10s, or 10ms if it is meant so',
    'GTC_DEDUPE_WINDOW: "259200" without a unit counts milliseconds; write the unit, as in 72h, or 259200ms if it is meant so',
    "gtc.yaml:1:12 retention: 30 without a unit counts milliseconds; write the unit, as in 30d, or 30ms if it is meant so.",
    'gtc.yaml:2:17 shutdown_grace: "20" without a unit counts milliseconds; write the unit, as in 20s, or 20ms if it is meant so.',
  ]);
});

test("0 needs no unit, and milliseconds that nobody means as seconds are taken", () => {
  const file = fileOf("retention: 0\nshutdown_grace: '0'\nanswer_deadline: 10000\nrequest_timeout: 30ms\n");
  expect(resolveConfig({ env: { GTC_DEDUPE_WINDOW: "3600000" }, file })).toMatchObject({
    retentionMs: 0,
    shutdownGraceMs: 0,
    answerDeadlineMs: 10_000,
    requestTimeoutMs: 30,
    dedupeWindowMs: 3_600_000,
  });
});

test("a wait that no timer can hold is refused: it would be over at once", () => {
  const env = { GTC_ANSWER_DEADLINE: "25d", GTC_KEEP_ALIVE_TIMEOUT: "25d", GTC_RETENTION: "3650d" };
  expect(faultsOf({ env })).toEqual([
    'GTC_KEEP_ALIVE_TIMEOUT: "25d" is not a duration such as 250ms, 10s, 1h30m of at most 24d',
    'GTC_ANSWER_DEADLINE: "25d" is not a duration such as 250ms, 10s, 1h30m of at least 1ms and of at most 24d',
  ]);
});

test.each([
  ["::1", "::1"],
  ["[::1]", "::1"],
  ["[::]", "::"],
  ["fe80::1%eth0", "fe80::1%eth0"],
  ["localhost", "localhost"],
  ["0.0.0.0", "0.0.0.0"],
])("a host may be written as %s", (written, host) => {
  expect(resolveConfig({ options: { host: written }, env: {} })).toMatchObject({ host });
});

test.each(["0.0.0.0:8080", "http://localhost", "[localhost]", "[::1]:8080", "my host"])(
  "a host is no %s",
  (written) => {
    expect(() => resolveConfig({ options: { host: written }, env: {} })).toThrow(
      `--host: ${JSON.stringify(written)} is not a host or an address without its port`,
    );
  },
);

test("a host of blanks is none: it would mean every address of the machine", () => {
  const sources = { options: { host: " " }, env: { GTC_ADMIN_HOST: "\t" }, file: fileOf('admin_host: " "\n') };
  expect(resolveConfig(sources)).toMatchObject({ host: "127.0.0.1", adminHost: "127.0.0.1" });
});

test.each([
  [{ port: "9000", admin_port: "9000" }, true],
  [{ port: "8081", host: "0.0.0.0" }, true],
  [{ port: "8081", host: "192.0.2.1" }, false],
  [{ port: "0", admin_port: "0" }, false],
])("both ports at one place are refused: %j", (options, isRefused) => {
  const said = [expect.stringMatching(/^port and admin_port are both \d+: .*--port/)];
  expect(faultsOf({ options, env: {} })).toEqual(isRefused ? said : []);
});

test("who writes the key into the file is told where it belongs, and it is not shown", () => {
  const file = fileOf("port: abc\nGTC_KEY: c2VjcmV0\n");
  expect(faultsOf({ env: {}, file })).toContainEqual(
    'gtc.yaml:2:1 There is no setting "GTC_KEY". Set it as a variable of the environment; it stands in no file of the bundle.',
  );
  expect(diagnosticsOf({ env: {}, file }).map((each) => renderDiagnostic(each))).toEqual([
    expect.not.stringContaining("c2VjcmV0"),
    expect.not.stringContaining("c2VjcmV0"),
  ]);
});

test("what an option or a variable replaces in the file does not count", () => {
  expect(faultsOf({ env: { GTC_PORT: "1" }, file: fileOf("port: abc\n") })).toEqual([]);
});

test.each([
  ["a list for a text", "log_level: [info]\n", '1:12 log_level: ["info"] is not one of debug, info, warn, error.'],
  [
    "a path that would mask nothing",
    "mask_paths: $.a[0].b, card.number\n",
    '1:13 mask_paths: "$.a[0].b, card.number" is not a list of JSON paths, such as $.card.number, $.items[*].email.',
  ],
  [
    "a number below zero",
    "rate_limit_per_second: -1\n",
    "1:24 rate_limit_per_second: -1 is not a whole number of at least 0.",
  ],
  [
    "a name for an address",
    "trusted_proxies: 127.0.0.1, nginx\n",
    '1:18 trusted_proxies: "127.0.0.1, nginx" is not a list of addresses or ranges, such as 127.0.0.1, 10.0.0.0/8.',
  ],
  ["no YAML", "port: 1\n port: 2\n", "1:7 Nested mappings are not allowed in compact mappings."],
  [
    "a second document",
    "port: 1\n---\nport: 2\n",
    "2:1 The file holds more than one YAML document; the settings stand in one.",
  ],
  ["a tag that is not known", "host: !env HOST\n", "1:7 Unresolved tag: !env."],
  ["a setting twice", "port: 1\nport: 2\n", "2:1 Map keys must be unique."],
  ["a list of settings", "- port: 1\n", "1:1 This file must hold settings as `name: value`."],
  ["a text", "\nport 1\n", "2:1 This file must hold settings as `name: value`."],
  [
    "a name that is no text",
    "? [a]\n: 1\n",
    '1:3 There is no setting "". docs/reference/configuration.md lists all settings.',
  ],
  [
    "an alias that leads nowhere",
    "port: *other\n",
    "1:7 Unresolved alias (the anchor must be set before the alias): other.",
  ],
])("%s is refused where it stands", (_what, text, fault) => {
  expect(faultsOf({ env: {}, file: fileOf(text) })).toEqual([`gtc.yaml:${fault}`]);
});

test.each([
  ["nothing", ""],
  ["a comment", "# port: 1\n"],
  ["the beginning of a document", "---\n"],
  ["a beginning and a comment", "%YAML 1.2\n--- # ports\n# port: 1\n...\n"],
  ["settings without a value", "port:\nhost: ~\n"],
])("a file with %s changes nothing", (_what, text) => {
  expect(resolveConfig({ env: {}, file: fileOf(text) })).toEqual(resolveConfig({ env: {} }));
});
