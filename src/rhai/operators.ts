/** The binary operators and how tightly they bind, as the language reference orders them: shifts bind tightest. */
import type { AssignOp, BinaryOp } from "./ast.ts";

export const PRECEDENCE: ReadonlyMap<string, number> = new Map<BinaryOp, number>([
  ["||", 30],
  ["|", 30],
  ["^", 30],
  ["&&", 60],
  ["&", 60],
  ["==", 90],
  ["!=", 90],
  ["in", 110],
  ["!in", 110],
  ["<", 130],
  ["<=", 130],
  [">", 130],
  [">=", 130],
  ["??", 135],
  ["..", 140],
  ["..=", 140],
  ["+", 150],
  ["-", 150],
  ["*", 180],
  ["/", 180],
  ["%", 180],
  ["**", 190],
  ["<<", 210],
  [">>", 210],
]);

/** `2 ** 3 ** 2` is `2 ** (3 ** 2)`; all others group from the left. */
export const RIGHT_ASSOCIATIVE: ReadonlySet<string> = new Set<BinaryOp>(["**"]);

/** Everything that `|` and `||` do not separate: the values of a switch case. */
export const ABOVE_PIPE = 31;

export const ASSIGN_OPS: ReadonlySet<string> = new Set<AssignOp>([
  "=",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "**=",
  "<<=",
  ">>=",
  "&=",
  "|=",
  "^=",
]);
