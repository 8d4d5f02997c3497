export { ConfigFault, resolveConfig, type ConfigSources } from "./resolve-config.ts";
export { type GatewayConfig, type Setting } from "./settings.ts";
export { environment } from "./environment.ts";
export { configurationPage } from "./settings-reference.ts";
