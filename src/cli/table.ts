/** Tables for terminals, through cli-table3, without lines: columns are what aligns. */
import Table from "cli-table3";
import type { CommandContext } from "./command.ts";

const NO_LINES = Object.fromEntries(
  [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
  ].map((part) => [part, ""]),
);

/** Renders rows under a head. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { paint }: Pick<CommandContext, "paint">,
): string {
  const made = new Table({
    head: head.map((title) => paint.bold(title.toUpperCase())),
    chars: { ...NO_LINES, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const row of rows) made.push([...row]);
  return `${made
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")}\n`;
}
