/**
 * How a thread says that others may go first. Requests are answered by one thread; what can wait a little (the projection,
 * queries, flows) should not take the processor from it when there is none to spare.
 */
import { getPriority, setPriority } from "node:os";
import { platform } from "node:process";

/** The weakest priority there is (setpriority(2)). */
const WEAKEST = 19;

/**
 * Makes the calling thread yield to the process's other threads by so many steps of niceness. Only Linux has a niceness
 * of threads (setpriority(2), "C library/kernel differences"); elsewhere it belongs to the process, and nothing is changed.
 */
export function yieldToOtherThreads(steps: number): void {
  if (platform !== "linux") return;
  try {
    // 0 is the calling thread.
    setPriority(0, Math.min(WEAKEST, getPriority(0) + steps));
  } catch {
    // A sandbox may forbid the call. Without it the thread works as well, only less considerately.
  }
}
