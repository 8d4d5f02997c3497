export { Metrics, type GaugeSources } from "./metrics.ts";
export { metricsPage } from "./metrics-page.ts";
