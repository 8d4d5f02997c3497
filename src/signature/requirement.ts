/** Further conditions of a scheme on the request, such as a version that a header must name. */
import type { RequestView } from "./request-view.ts";
import type { Requirement } from "./scheme-spec.ts";
import { compileSource, settingKey, type Settings } from "./source.ts";

/** A check that returns what is wrong. */
export type CompiledRequirement = (view: RequestView) => string | undefined;

/** @throws SyntaxError when the requirement names no source */
export function compileRequirement(requirement: Requirement, settings: Settings): CompiledRequirement {
  const { from, equals, equalsConfig } = requirement;
  const read = compileSource(from, settings);
  if (read === undefined) throw new SyntaxError(`${JSON.stringify(from)} is no source of a value`);
  const wanted = equalsConfig === undefined ? equals : settings.get(settingKey(equalsConfig));
  if (wanted === undefined) return () => undefined;
  return (view) => {
    const value = read(view);
    if (value === wanted) return undefined;
    const found = value === undefined ? "absent" : JSON.stringify(value.slice(0, 80));
    return `${from} is ${found}, not ${JSON.stringify(wanted)}`;
  };
}
