/**
 * Whether an error of a command is told as JSON. This is read from the words themselves: they may be what is wrong, and then
 * there are no options yet.
 */
import type { Environment } from "./command.ts";

const LOG_FORMAT = "--log-format";

/** True with `--json`, and for `gtc start` where its log is asked for as JSON: whoever reads the one reads the other. */
export function errorsAreJson(words: readonly string[], env: Environment): boolean {
  if (words.includes("--json")) return true;
  const isStart = words.find((word) => !word.startsWith("-")) === "start";
  return isStart && (optionOf(words) ?? env["GTC_LOG_FORMAT"]) === "json";
}

/** The value of `--log-format json` or `--log-format=json`. */
function optionOf(words: readonly string[]): string | undefined {
  const at = words.findLastIndex((word) => word === LOG_FORMAT || word.startsWith(`${LOG_FORMAT}=`));
  return words[at] === LOG_FORMAT ? words[at + 1] : words[at]?.slice(LOG_FORMAT.length + 1);
}
