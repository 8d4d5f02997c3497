/**
 * `async`: starts another flow of the bundle as its own run. The child is durable before the parent goes on.
 */
import { z } from "zod";
import { nearest } from "../base/index.ts";
import { jsonValueSchema } from "./config-schemas.ts";
import type { CompileContext, NodeType } from "./node-type.ts";
import { outputFromValue } from "./output.ts";
import { compileConfigTemplate, failureOfRendering, renderTemplate } from "./template-config.ts";

const configSchema = z.strictObject({
  flow: z.string().min(1).describe("The name of the flow to start, one of this bundle."),
  payload: jsonValueSchema
    .optional()
    .describe(
      'What the started flow sees as `event.payload`; `"{{event.payload}}"` passes the value itself. Default: this event\'s payload.',
    ),
});

type AsyncConfig = z.infer<typeof configSchema>;

export const asyncNode: NodeType<AsyncConfig> = {
  type: "async",
  summary: "Starts another flow as a run of its own and goes on at once.",
  configSchema,
  compile(config, context) {
    const isKnown = checkFlow(config.flow, context);
    const payload = compileConfigTemplate(config.payload ?? null, ["payload"], context);
    if (payload === undefined || !isKnown) return undefined;
    return {
      execute(step) {
        try {
          const child =
            config.payload === undefined ? step.event.payload : outputFromValue(renderTemplate(payload, step));
          return { kind: "start", flow: config.flow, payload: child, output: outputFromValue({ flow: config.flow }) };
        } catch (thrown) {
          return failureOfRendering(thrown);
        }
      },
    };
  },
};

function checkFlow(flow: string, context: CompileContext): boolean {
  if (context.flowNames === undefined || context.flowNames.has(flow)) return true;
  const similar = nearest(flow, context.flowNames);
  const hint =
    similar === undefined ? `Flows: ${[...context.flowNames].join(", ") || "none"}.` : `Did you mean \`${similar}\`?`;
  context.report({
    level: "error",
    code: "unknown-flow",
    message: `There is no flow \`${flow}\`.`,
    hint,
    path: ["flow"],
  });
  return false;
}
