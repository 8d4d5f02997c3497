import { expect, test } from "vitest";
import { Source } from "../../../text/index.ts";
import { compileScript, display, RhaiScope } from "../../index.ts";

function run(script: string): string {
  const compiled = compileScript(new Source("test.rhai", script));
  if ("diagnostics" in compiled) throw new Error(compiled.diagnostics[0]?.message);
  return display(compiled.script.run(new RhaiScope()));
}

test.each([
  ['format!("Received {} commits", 3)', "Received 3 commits"],
  ['format!("{1} before {0}", "a", "b")', "b before a"],
  ['format!("{name} is {age}", #{ name: "Ada", age: 36 })', "Ada is 36"],
  ['format!("{:.2}", 3.14159)', "3.14"],
  ['format!("[{:>5}|{:<5}|{:^5}]", 1, "a", "b")', "[    1|a    |  b  ]"],
  ['format!("{:.2} {:.2} [{:06.1}]", 1.0 / 0.0, 0.0 / 0.0, -1.0 / 0.0)', "inf NaN [  -inf]"],
  ['format!("{:.1} {:.0}", 1e22, -1e21)', "10000000000000000000000.0 -1000000000000000000000"],
  ['format!("{:*^7}", "mid")', "**mid**"],
  ['format!("{:05} {:+}", -42, 7)', "-0042 +7"],
  ['format!("{:x} {:#X} {:b}", 255, 255, 5)', "ff 0xFF 101"],
  ['format!("{:?} {}", "q", "q")', '"q" q'],
  ['format!("{{}} {}", ())', "{} "],
  ['format!("{} {}", 1.0, [1, "x"])', '1.0 [1, "x"]'],
])("%s → %s", (script, text) => expect(run(script)).toBe(text));

test.each([
  ['format!("{} {}", 1)', "has no argument"],
  ['format!("{", 1)', "no counterpart"],
  ['format!("{:nope}", 1)', "is no format"],
  ['format!("{missing}", #{})', "has no argument"],
])("%s is an error that says what is wrong", (script, message) => expect(() => run(script)).toThrow(message));
