export { Metrics, type GaugeSources } from "./metrics.ts";
