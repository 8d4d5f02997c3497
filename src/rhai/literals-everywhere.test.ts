import { expect, test } from "vitest";
import { Source } from "../text/index.ts";
import { compileScript, debugForm, RhaiError, RhaiScope } from "./index.ts";

const LITERALS = [
  ..."5|-5|1.5|'a'|\"ab\"|true|()|[1, 2]|#{a: 1}|1..3|(5)|9223372036854775807|`a${1}`|{ 1 }|blob(2, 1)".split("|"),
  "|x| x",
  "if true { 1 } else { [1] }",
];

const PLACES = [
  "@[0]",
  "@[0..1]",
  "@[-1]",
  "@.a",
  "@?.a",
  "@?[0]",
  "@[0] = 1",
  "@.a = 1",
  "@[0] += 1",
  "@.len()",
  "@.a.b",
  "@[0][0]",
  "-@",
  "!@",
  "@ + 1",
  "1 - @",
  "@ ** 2",
  "@ << 1",
  "@ ?? 1",
  "@ in [1]",
  "[1][@]",
  "#{a: 1}[@]",
  "`${@}`",
  "switch @ { 1 => 2, _ => 3 }",
  "for i in @ {}",
  "while @ { break }",
  "if @ { 1 }",
  "return @",
  "let x = @; x[0] = @; x",
  "let x = @; x.a = 1; x",
  "let x = @; x += @; x",
  "const x = @; x[0] = 1",
  "throw @",
  "@.call(1)",
  "[@].map(@)",
  "(@)(1)",
  "fn f(x) { x } f(@)",
  "fn g() { this } let x = @; x.g()",
  "@.sort()",
  "let x = @; let h = || x; h.call()",
  "@ == @",
  "@ < @",
  "@ & @",
  "@ && @",
  "@..@",
  "loop { break @ }",
  "@ = 1",
  "try { throw @ } catch (e) { e }",
  "#{a: @}.a[0]",
  "[@][0][0]",
  "to_json(@)",
  "@.curry(1)",
  "global::@",
];

/** Compiles and runs. What is wrong with a script is a diagnostic or a RhaiError; anything else is a fault of ours. */
function foreignFault(script: string): string | undefined {
  try {
    const compiled = compileScript(new Source("t.rhai", script), { maxOperations: 10_000 });
    if ("script" in compiled) debugForm(compiled.script.run(new RhaiScope()));
    return undefined;
  } catch (thrown) {
    return thrown instanceof RhaiError ? undefined : `${script}: ${String(thrown)}`;
  }
}

test.each(PLACES)("every kind of literal in %s runs or fails as Rhai", (place) => {
  const found = LITERALS.map((literal) => foreignFault(place.replaceAll("@", literal)));
  expect(found.filter((fault) => fault !== undefined)).toEqual([]);
});
