import { z } from "zod";

/** Targets that need no node: the run ends there. `ignore` reads better where nothing is to be done. */
export const BUILT_IN_TARGETS: readonly string[] = ["end", "ignore"];

/** The node to go on at, or undefined where the run ends. */
export function nodeOfTarget(target: string | undefined): string | undefined {
  return target === undefined || BUILT_IN_TARGETS.includes(target) ? undefined : target;
}

/** A target in a config. */
export const targetSchema = z
  .string()
  .min(1)
  .describe("The id of a node of this flow, or `end` or `ignore`: the run ends there.");
