export { RunnerPool } from "./runner-pool.ts";
export type {
  ChildRefused,
  ChildRequest,
  ChildStarted,
  FromRunner,
  RunEnd,
  RunOverMessage,
  RunTask,
} from "./run-task.ts";
