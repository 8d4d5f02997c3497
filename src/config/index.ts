export { resolveConfig, variableOf, type ConfigSources } from "./resolve-config.ts";
export { SETTINGS, type GatewayConfig, type Setting } from "./settings.ts";
export { environment } from "./environment.ts";
export { configurationPage } from "./settings-reference.ts";
