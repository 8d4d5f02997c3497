/**
 * How much one evaluation of an expression may read. The library counts nothing, and a loop over a payload that searches a
 * large text for each of its elements can take hours. One unit is about what takes a nanosecond.
 *
 * An evaluation neither waits nor calls another one, so there is one budget at a time.
 */
import { EvaluationError } from "@marcbachmann/cel-js";

/** Some seconds at worst; a text of 24 MiB can be searched for a word ten times. */
const MAX_UNITS = 250_000_000;
/** Of one turn of a loop. */
export const TURN_UNITS = 200;
/** Of a value that is put into a Map: it takes memory besides its time. */
export const MAP_ITEM_UNITS = 250;
/** Of an error, which a loop may pass over. */
export const ERROR_UNITS = 2500;

const TOO_MUCH =
  "The condition reads too much: it searches large texts too often, or loops over too much. Compare less, or do it in a script.";

let left = MAX_UNITS;
/** One for all: a loop passes over errors, and making a million of them would take longer than what was saved. */
const exceeded = new EvaluationError({ code: "too_much_read", message: TOO_MUCH });

/** Evaluates with a budget of its own; `spent` is called instead when it did not suffice. */
export function withinBudget<T>(evaluate: () => T, spent: (message: string) => T): T {
  left = MAX_UNITS;
  const { stackTraceLimit } = Error;
  // Nobody sees the stack of an error in an expression, and it is most of what one costs.
  Error.stackTraceLimit = 0;
  try {
    const value = evaluate();
    return left < 0 ? spent(TOO_MUCH) : value;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Takes units from the budget. @throws EvaluationError when none are left. */
export function charge(units: number): void {
  if (!canCharge(units)) throw exceeded;
}

/** Takes units from the budget; false when none are left. */
export function canCharge(units: number): boolean {
  left -= units;
  return left >= 0;
}
