import { z } from "zod";
import { jsonValueSchema } from "./config-schemas.ts";
import type { NodeType } from "./node-type.ts";
import { outputFromValue } from "./output.ts";
import { compileConfigTemplate, failureOfRendering, renderTemplate } from "./template-config.ts";

const configSchema = z.strictObject({
  template: jsonValueSchema.describe(
    "A text, or any value whose texts hold `{{…}}`; what it renders to is the output.",
  ),
});

type TemplateConfig = z.infer<typeof configSchema>;

export const templateNode: NodeType<TemplateConfig> = {
  type: "template",
  summary: "Puts together a text or a value with `{{…}}`; it is the node's output.",
  configSchema,
  compile(config, context) {
    const template = compileConfigTemplate(config.template, ["template"], context);
    if (template === undefined) return undefined;
    return {
      execute(step) {
        try {
          return { kind: "done", output: outputFromValue(renderTemplate(template, step)) };
        } catch (thrown) {
          return failureOfRendering(thrown);
        }
      },
    };
  },
};
