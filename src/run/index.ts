export { RunnerPool } from "./runner-pool.ts";
export type { ChildStarted, FromRunner, RunEnd, RunTask } from "./run-task.ts";
