import { expect, test } from "vitest";
import { Source } from "../../../text/index.ts";
import { compileScript, display, RhaiScope, type RhaiHost, type RhaiOptions } from "../../index.ts";

const HOST: RhaiHost = { now: () => 1_790_000_000_123, random: () => 0.5 };

function run(script: string, host: RhaiHost = HOST, options: Partial<RhaiOptions> = {}): string {
  const compiled = compileScript(new Source("test.rhai", script), options);
  if ("diagnostics" in compiled) throw new Error(compiled.diagnostics[0]?.message);
  return display(compiled.script.run(new RhaiScope(), host));
}

test.each([
  ['[1, "a", 2.0, ()].join(", ")', "1, a, 2.0, "],
  ["[1, 2].join('-')", "1-2"],
  ['["a", "b"].join()', "ab"],
  ['regex_is_match("order 42", `\\d+`)', "true"],
  ['regex_find("order 42 of 77", `\\d+`)', "42"],
  ['type_of(regex_find("order", `\\d+`))', "()"],
  ['regex_find_all("a1b22", `[0-9]+`)', '["1", "22"]'],
  ['regex_captures("fix #12", `(?P<verb>\\w+) #(\\d+)`)', '#{"0": "fix #12", "1": "fix", "2": "12", "verb": "fix"}'],
  ['type_of(regex_captures("fix", `x(\\d)`))', "()"],
  ['regex_replace("2026-11-24", `(\\d+)-(?P<m>\\d+)-(\\d+)`, "$3.${m}.$1 $$")', "24.11.2026 $"],
  ['regex_replace("aaa", "b*", "-")', "-a-a-a-"],
  ['regex_split("a, b;c", `[,;]\\s*`)', '["a", "b", "c"]'],
  ['regex_split("abc", "")', '["a", "b", "c"]'],
  ['regex_find("Grüße 👋 x", "👋.*")', "👋 x"],
  ['base64_encode("Grüße")', "R3LDvMOfZQ=="],
  ['base64_decode("R3LDvMOfZQ==")', "Grüße"],
  ['base64url_encode("??>>")', "Pz8-Pg"],
  ['base64url_decode("Pz8-Pg")', "??>>"],
  ['hex_encode("Az")', "417a"],
  ['hex_decode("417A")', "Az"],
  ['hex_decode_blob("ff00").len()', "2"],
  ['sha256("abc")', "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  // RFC 4231, test case 2
  [
    'hmac_sha256("Jefe", "what do ya want for nothing?")',
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  ["now()", "1790000000123"],
  ["format_date(0)", "1970-01-01T00:00:00.000Z"],
  ['format_date(1790000000123, "%a %e %b %Y %I:%M %p %L %j %%")', "Mon 21 Sep 2026 02:13 PM 123 264 %"],
  ['format_date(1790000000123, "%F %T %z", "Europe/Berlin")', "2026-09-21 16:13:20 +02:00"],
  ['format_date(0, "%F %H:%M", "-05:30")', "1969-12-31 18:30"],
  ['parse_date("2026-09-21T16:13:20.123+02:00")', "1790000000123"],
  ['parse_date("1970-01-02")', "86400000"],
  ['format_date(parse_date("2024-02-29 10:00"))', "2024-02-29T10:00:00.000Z"],
  ["uuid()", "80808080-8080-4080-8080-808080808080"],
])("%s → %s", (script, text) => expect(run(script)).toBe(text));

test.each([
  ['regex_find("a", "(")', 'regular expression "("'],
  ['regex_find("a", "(?=x)")', 'regular expression "(?=x)"'],
  ['regex_replace("a", "a", "$1")', "no group $1"],
  ['regex_replace("a", "a", "${constructor}")', "no group ${constructor}"],
  ['let p = "a?"; p.pad(1500, "a?"); let t = ""; t.pad(100000, "a"); regex_find(t, p)', "too large for a text"],
  ['base64_decode("a")', "is not base64"],
  ['base64_decode("YQ")', "is not base64"],
  ['base64_decode("YR==")', "is not base64"],
  ['base64_decode("/w==")', "base64_decode_blob"],
  ['hex_decode("abc")', "is not hex"],
  ['format_date(0, "%Q")', '"%Q" means nothing'],
  ['format_date(0, "%F", "Mars/Base")', 'no time zone "Mars/Base"'],
  ["format_date(9223372036854775807)", "is no moment"],
  ['parse_date("2026-02-30")', "is no date"],
  ['parse_date("soon")', "is no date"],
])("%s is an error that says what is wrong", (script, message) => expect(() => run(script)).toThrow(message));

test("without a clock or randomness the functions say so", () => {
  expect(() => run("now()", {})).toThrow("this script has no clock");
  expect(() => run("uuid()", {})).toThrow("no source of randomness");
});

test("strict Rhai does not have them", () => {
  expect(() => run('["a"].join(",")', HOST, { strict: true })).toThrow("Function not found: join");
  expect(() => run('sha256("a")', HOST, { strict: true })).toThrow("Function not found: sha256");
});

test("what is made is bounded", () => {
  const options = { maxStringSize: 100 };
  const long = "let t = ``; t.pad(90, `a`);";
  expect(() => run(`${long} [t, t].join(",")`, HOST, options)).toThrow("too large");
  expect(() => run(`${long} regex_replace(t, "a", t)`, HOST, options)).toThrow("too large");
  expect(() => run(`${long} base64_encode(t)`, HOST, options)).toThrow("too large");
});

test("a pattern that makes other engines hang is answered at once", () => {
  expect(run('let t = ""; t.pad(5000, "a"); regex_is_match(t + "!", "^(a+)+$")')).toBe("false");
});

test("many searches in a text that each look to its end are ended by the deadline", () => {
  const host = { now: () => Date.now(), deadlineMs: Date.now() + 100 };
  expect(() => run('let t = ""; t.pad(200000, "a"); regex_find_all(t, "a.*x|a")', host)).toThrow("its time is up");
});

test("a text of many short matches is counted by its matches", () => {
  const text = 'let t = ""; t.pad(50000, "a"); ';
  expect(run(`${text}regex_find_all(t, "a").len()`)).toBe("50000");
  expect(() => run(`${text}regex_find_all(t, "a").len()`, {}, { maxOperations: 500_000 })).toThrow(
    "Too many operations",
  );
});

test.each(["regex_replace(t, p, t)", "regex_split(t, p)", "regex_find_all(t, p)"])(
  "%s of a text that every search reads to its end is counted, without a clock, too",
  (script) => {
    const text = 'let t = ""; t.pad(50000, "a"); let p = "a.*z|a"; ';
    expect(() => run(text + script, {}, { maxOperations: 100_000 })).toThrow("Too many operations");
  },
);
