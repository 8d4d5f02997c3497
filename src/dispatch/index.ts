export { Dispatcher } from "./dispatcher.ts";
export { planRuns, type EventPlan } from "./plan-runs.ts";
export type { RunOver } from "./run-reports.ts";
