export { Dispatcher, type RunOver } from "./dispatcher.ts";
export { planRuns, type EventPlan } from "./plan-runs.ts";
