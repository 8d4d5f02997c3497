export { compileTemplate, type CompiledTemplate, type TemplateFault } from "./compile-template.ts";
export { TemplateError } from "./template-error.ts";
export { TEMPLATE_HELPERS } from "./helpers.ts";
