/** A compiled script is kept for long; what it once ran on is not. */
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { RhaiMap } from "./containers.ts";
import { compileScript, native, parseJsonValue, RhaiScope, Source, type CompiledScript, type Native } from "./index.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

async function isHeld(value: WeakRef<object>): Promise<boolean> {
  // A reference that was just made is strong until the turn is over.
  await turn();
  collectGarbage();
  return value.deref() !== undefined;
}

function compiled(text: string, natives: readonly Native[] = []): CompiledScript {
  const result = compileScript(new Source("test", text), {}, natives);
  if ("diagnostics" in result) throw new Error(result.diagnostics[0]?.message);
  return result.script;
}

test("a script that forgets lets go of its scope", async () => {
  const script = compiled("payload.items.len()");
  const run = (): WeakRef<object> => {
    const scope = new RhaiScope();
    scope.setJsonText("payload", '{"items":[1,2,3]}');
    expect(script.run(scope)).toBe(3);
    return new WeakRef(scope);
  };
  const seen = run();
  expect(await isHeld(seen)).toBe(true);
  script.forget();
  expect(await isHeld(seen)).toBe(false);
  run();
});

test("and of its constants", async () => {
  const made: WeakRef<object>[] = [];
  const make = native("make", () => {
    const map = parseJsonValue('{"inner":{}}');
    if (map instanceof RhaiMap) made.push(new WeakRef(map.entries.get("inner") as object));
    return map;
  });
  const script = compiled("const SEEN = make(); fn count() { global::SEEN.len() } count() - 1", [make]);
  expect(script.run(new RhaiScope())).toBe(0);
  expect(await isHeld(made[0]!)).toBe(true);
  script.forget();
  expect(await isHeld(made[0]!)).toBe(false);
  expect(script.run(new RhaiScope())).toBe(0);
});
