/** `join`: the elements of an array as one text. Rhai has none. */
import { native, type Native } from "../../natives.ts";
import type { RuntimeCalls as Runtime } from "../../runtime-calls.ts";
import { type RhaiArray } from "../../containers.ts";
import { RhaiChar } from "../../values.ts";

function join(array: RhaiArray, separator: string, runtime: Runtime, at: number): string {
  const { maxStringSize } = runtime.options;
  let text = "";
  array.items.forEach((item, index) => {
    text += index === 0 ? runtime.text(item) : separator + runtime.text(item);
    // Checked on the way: a large array of one large text must not be built first.
    if (maxStringSize > 0 && text.length > maxStringSize) runtime.sized(text, at);
  });
  return runtime.sized(text, at);
}

export const JOIN: readonly Native[] = [
  native<[RhaiArray]>("join array", ([array], runtime, at) => join(array, "", runtime, at), { extension: true }),
  native<[RhaiArray, string | RhaiChar]>(
    "join array text",
    ([array, separator], runtime, at) =>
      join(array, separator instanceof RhaiChar ? separator.text : separator, runtime, at),
    { extension: true },
  ),
];
