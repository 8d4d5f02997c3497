import { expect, test } from "vitest";
import { Source } from "../text/index.ts";
import { parseScript, printScript } from "./index.ts";

function tree(script: string): unknown {
  const { program, diagnostics } = parseScript(new Source("t.rhai", script));
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return JSON.parse(
    JSON.stringify(program, (key, value: unknown) => {
      if (/span$/i.test(key)) return undefined;
      if (typeof value === "bigint") return `${value}n`;
      return typeof value === "number" ? `float ${Object.is(value, -0) ? "-0" : value}` : value;
    }),
  );
}

function printed(script: string): string {
  return printScript(parseScript(new Source("t.rhai", script)).program);
}

test.each([
  ["let x=1;x+=2;x", "let x = 1;\nx += 2;\nx\n"],
  ["if a{1}else if b{2}else{3}", "if a {\n  1\n} else if b {\n  2\n} else {\n  3\n}\n"],
  [
    'switch x{1|2=>"a",3..5 if y=>{b()},_=>()}',
    'switch x {\n  1 | 2 => "a",\n  3..5 if y => {\n    b()\n  },\n  _ => (),\n}\n',
  ],
  ["fn constructor.f(){1}", "fn constructor.f() {\n  1\n}\n"],
  ["fn f(a,b){return a;}f(1,2)", "fn f(a, b) {\n  return a;\n}\n\nf(1, 2)\n"],
  ['let m=#{a:1,"b-c":[2,3],"private":()};', 'let m = #{ a: 1, "b-c": [2, 3], "private": () };\n'],
  ["x.map(|v|v*2).filter(|v|{v>1})", "x.map(|v| v * 2).filter(|v| {\n  v > 1\n})\n"],
  ["(1+2)*3-(4-(5-6))", "(1 + 2) * 3 - (4 - (5 - 6))\n"],
  ["a??return 5;b", "a ?? return 5;\nb\n"],
  ["s[1..]", "s[1..]\n"],
  ["event?.a?[0]", "event?.a?[0]\n"],
  ["try{a()}catch(e){print(e)}", "try {\n  a()\n} catch (e) {\n  print(e)\n}\n"],
  ["let t=`a${x}b``${{y}}`;", "let t = `a${x}b``${{\n  y\n}}`;\n"],
  ["if a { 1 } else if b { 2 }", "if a {\n  1\n} else if b {\n  2\n}\n"],
  ["if a { 1 } else { if b { 2 } }", "if a {\n  1\n} else {\n  if b {\n    2\n  }\n}\n"],
  ["while ({ a }) { }", "while ({\n  a\n}) {}\n"],
  ["", ""],
])("%j is printed as a formatter would", (script, text) => {
  expect(printed(script)).toBe(text);
  expect(printed(text)).toBe(text);
});

test("a long list goes over several lines", () => {
  const names = Array.from({ length: 20 }, (_, index) => `"element_${index}"`);
  const text = printed(`let x = [${names.join(",")}];`);
  expect(text).toBe(`let x = [\n${names.map((name) => `  ${name},\n`).join("")}];\n`);
});

const TRICKY = [
  "if a { b }\n; -3",
  "if a { b }; -3.abs()",
  "-(3)",
  "- -x",
  "-(-3) + +x - !y",
  "2 ** 3 ** 2; (2 ** 3) ** 2; -2 ** 2; -(2 ** 2); (-x) ** 2",
  "a - (b - c) - d; a / (b * c); 1 << (2 + 3)",
  "a && (b || c); (a && b) || c; a | (b || c)",
  "(|x| x + 1).call(2); let f = |x| ({ x }); let g = || { x };",
  "let h = |x| #{ a: x }; let k = |x| x = 5; (|| 1) + 2;",
  "({ 1 }) + 2; (if a { 1 } else { 2 }).b; (if a {1} else {2}) + 3",
  "let x = if a { 1 } else { 2 } + 3;",
  "(do { 1 } while x) + 1; do { 1 } until x == 2; let y = do { break 3; } while true;",
  "(a ?? return 1) == 2; a ?? (b ?? c); (a ?? b) ?? c",
  "loop { a ?? break; b ?? break 5; c ?? continue; d ?? throw 1 }",
  "for x in 1..=3 { print(x) } for (x, i) in [1] { x } while a { b(); } loop { break; }",
  "let a; const B = 1; { let c = 2; } export const D = 1; export B as E;",
  'private fn f() {} fn int.g(x) { this + x } fn "My-Type".h() {}',
  "switch x { 1 => 2, } switch y { \"a\" | 'b' | 1.5 | true | () | -3 => {}, 0..=9 => return 1, _ => { 1 } } switch z {}",
  "'\\'' + '\"' + \"\\\"\" + '\\u{0}'.len".replace("'\\u{0}'", "'\\x00'"),
  "`\n\n a` + `\\n ``$ $${x} ${} ${let q = 1; q} `",
  "1e21 + 1e-9 + 123456789012345678901234567890 + 0.1 + 1e308 * 10.0 + -0.0 + 1.5.abs() + 7.abs()",
  "0xffffffffffffffff; -9223372036854775808; 9223372036854775807",
  'a[b[c]].d.e(f)?.g(h)?[i]; format!("{}", 1); global::X; m::f(1)',
  "let r = 0..; let s = ..5; let t = (1..2).contains(1); x[1..=3]",
  "a in b; a !in b; !(a in b); x.private.default; event.new.case",
  "f(|x| { let y = x; y }, |z| z); f(`a\nb`, [`c\nd`]); [|x| { x }]",
  'fn f() { this.x = 1; this } import "m" as n; throw; return',
  "(a).b = 1; (a.b) += 2; a[0] <<= 1",
  "#{} ; [] ; () ; {} ; #{a: #{b: [#{c: 1}]}}",
  'let 変数 = "é"; 変数',
];

test.each(TRICKY)("%s keeps its tree", (script) => {
  const once = printed(script);
  expect(tree(once)).toEqual(tree(script));
  expect(printed(once)).toBe(once);
});

test("deep nesting prints in reasonable time", () => {
  const script = `${"[f(".repeat(25)}${"x, ".repeat(60)}y${")]".repeat(25)}`;
  expect(tree(printed(script))).toEqual(tree(script));
});

function formatted(script: string): string {
  const source = new Source("t.rhai", script);
  return printScript(parseScript(source).program, source);
}

test.each([
  ["above and behind statements", "// a\nlet x=1; // b\n\n\n// c\nx // d\n", "// a\nlet x = 1; // b\n\n// c\nx // d\n"],
  ["at the ends of a block", "loop{ // a\nbreak\n// b\n}", "loop {\n  // a\n  break;\n  // b\n}\n"],
  ["in a block of nothing else", "fn f(){ /* later */ }", "fn f() {\n  /* later */\n}\n"],
  ["between keys", "let m=#{\n// a\nx:1, // b\ny:2};", "let m = #{\n  // a\n  x: 1, // b\n  y: 2,\n};\n"],
  ["between arguments", "f(1, // a\n2)", "f(\n  1, // a\n  2,\n)\n"],
  ["between cases", "switch x{1=>2, // a\n_=>3}", "switch x {\n  1 => 2, // a\n  _ => 3,\n}\n"],
  ["inside of an expression", "let x = a + /* why */ b;", "/* why */\nlet x = a + b;\n"],
  ["inside of a text", "let t = `${/* why */ a}`;", "/* why */\nlet t = `${a}`;\n"],
  ["what looks like one", 'let t = "// no"; // yes', 'let t = "// no"; // yes\n'],
  ["a first line for the shell", "#!/usr/bin/env gtc\nx", "#!/usr/bin/env gtc\nx\n"],
  ["only comments", "// a\n\n/* b */", "// a\n\n/* b */\n"],
])("comments are kept: %s", (_where, script, text) => {
  expect(formatted(script)).toBe(text);
  expect(formatted(text)).toBe(text);
});
