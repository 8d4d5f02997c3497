/**
 * `branch`: the first condition that is true says where the run goes on. A condition whose data is missing is false,
 * and the reason is kept in the node's output.
 */
import { z } from "zod";
import type { JsonValue } from "../base/index.ts";
import { compileExpression, type CompiledExpression } from "../expression/index.ts";
import { reportUnknownFields } from "./known-fields.ts";
import type { CompileContext, ConfigTarget, NodeType, Outcome, StepContext } from "./node-type.ts";
import { outputFromValue } from "./output.ts";
import { namesInFlow, scopeFor } from "./scope.ts";
import { nodeOfTarget, targetSchema } from "./targets.ts";

const configSchema = z.strictObject({
  conditions: z
    .array(
      z.strictObject({
        expression: z.string().min(1).describe("A CEL expression, e.g. `headers['x-github-event'] == 'push'`."),
        next: targetSchema,
      }),
    )
    .min(1)
    .max(100)
    .describe("Tried from the first to the last; the first that is true is taken."),
  default: targetSchema
    .optional()
    .describe("Where the run goes on when no condition is true; without it, the run ends."),
});

type BranchConfig = z.infer<typeof configSchema>;

interface Condition {
  readonly expression: CompiledExpression;
  readonly next: string;
}

export const branchNode: NodeType<BranchConfig> = {
  type: "branch",
  summary: "Goes on at the first condition that is true.",
  configSchema,
  routes: true,
  targets(config) {
    const targets: ConfigTarget[] = config.conditions.map(({ expression, next }, index) => ({
      node: next,
      path: ["conditions", index, "next"],
      label: expression,
    }));
    targets.push({ node: config.default ?? "end", path: ["default"], label: "default" });
    return targets;
  },
  compile(config, context) {
    const conditions = config.conditions.map((condition, index) => compileCondition(condition, index, context));
    if (!conditions.every((condition) => condition !== undefined)) return undefined;
    return { execute: (step) => choose(conditions, config.default, step) };
  },
};

function compileCondition(
  { expression, next }: BranchConfig["conditions"][number],
  index: number,
  context: CompileContext,
): Condition | undefined {
  const result = compileExpression(expression, namesInFlow(context.outputNames));
  const path = ["conditions", index, "expression"];
  if ("expression" in result) {
    context.mention?.(result.expression.names);
    reportUnknownFields(result.expression.fields, path, context);
    return { expression: result.expression, next };
  }
  context.report({ level: "error", ...result.fault, path });
  return undefined;
}

function choose(conditions: readonly Condition[], otherwise: string | undefined, step: StepContext): Outcome {
  const missing: JsonValue[] = [];
  for (const [index, { expression, next }] of conditions.entries()) {
    const outcome = expression.evaluate(scopeFor(step, expression.names));
    switch (outcome.kind) {
      case "value":
        if (outcome.value) return goTo(next, index, missing);
        break;
      case "missing":
        missing.push({ condition: index, reason: outcome.reason });
        break;
      case "failed": {
        const message = `conditions[${index}]: ${outcome.message}`;
        return { kind: "failed", error: { code: "condition-error", message, retryable: false } };
      }
      default:
        return outcome satisfies never;
    }
  }
  return goTo(otherwise, null, missing);
}

/** The output tells the decision: where to, which condition (from 0), and which ones lacked their data. */
function goTo(target: string | undefined, condition: number | null, missing: readonly JsonValue[]): Outcome {
  const decision = { next: target ?? null, condition, ...(missing.length > 0 && { missing }) };
  return { kind: "goto", target: nodeOfTarget(target), output: outputFromValue(decision) };
}
