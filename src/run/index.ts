export { RunnerPool } from "./runner-pool.ts";
export type { ChildStarted, FromRunner, RunEnd, RunOverMessage, RunTask } from "./run-task.ts";
