/**
 * One try of one run: step after step from where the run stands, until it ends, fails, or has to wait for its next try.
 *
 * Invariants:
 * 1. A step that is in `task.steps` is not executed again; its output is what was recorded.
 * 2. Facts leave in the order in which the steps were done. What a step does to the outside (an answer, a child run)
 *    is done by the host after the step's own fact is on disk.
 * 3. The number of steps and the time of a try are bounded; a flow that circles ends as `too-many-steps`, and no step
 *    begins once the flow's `timeout` is over, but the one that `on_error: end` ends the run with.
 * 4. A run that has had the thread for a while gives it to whoever else waits, between two of its steps. The time that
 *    others have the thread, also those that came in one batch with it, is not counted as its own.
 * 5. Only a failed step ends a try early. It fails for good when its error cannot be helped by trying again or when the
 *    flow's tries are used up; else the run waits and goes on at the same step.
 */
import { backoffMs, formatDuration, messageOf, type Writable } from "../base/index.ts";
import type { Answer } from "../event/index.ts";
import type { RunError, StepDone } from "../event-log/index.ts";
import { END_TYPE, type CompiledFlow } from "../flow/index.ts";
import {
  NULL_OUTPUT,
  outputFromJson,
  outputFromValue,
  type EventView,
  type Outcome,
  type Output,
  type StepContext,
  type StepError,
} from "../nodes/index.ts";
import { PayloadFault } from "../payload/index.ts";
import { viewEvent } from "./event-view.ts";
import { RUN_LIMITS, type RunLimits } from "./run-limits.ts";
import type { ChildRequest, ChildStarted, RunEnd, RunResult, RunTask } from "./run-task.ts";
import { seededRandom } from "./seeded-random.ts";
import { NoRoomForValues, ValueRoom } from "./value-room.ts";

/** What a run needs from where it runs. */
export interface RunHost {
  now(): number;
  monotonic(): number;
  random(): number;
  /** Says that this run is the one that the thread works on from now, at this node, in case that it never comes back. */
  atWork(node: string): void;
  /** Says that a step took long, as it will again. */
  tookLong(node: string): void;
  /** Lets others have the thread; resolves when it is this run's turn again. */
  pause(): Promise<void>;
  /** Keeps steps of a run that goes on; with an answer, sends it once they are on disk. Does not wait. */
  progress(steps: readonly StepDone[], answer?: Answer): void;
  /** Starts a child run together with the step that does it; resolves when both are on disk. */
  start(child: ChildRequest<string>): Promise<ChildStarted>;
}

/** Executes one try. Never throws: whatever goes wrong is the run's end. */
export async function executeRun(
  task: RunTask,
  flow: CompiledFlow,
  host: RunHost,
  limits = RUN_LIMITS,
): Promise<RunResult> {
  const attempt = new Attempt(task, flow, host, limits);
  try {
    return await attempt.run(await viewEvent(task));
  } catch (thrown) {
    const code = thrown instanceof PayloadFault ? "invalid-payload" : "internal-error";
    return attempt.end({ code, message: messageOf(thrown), retryable: false });
  }
}

type RunNode = NonNullable<ReturnType<CompiledFlow["node"]>>;
type Succeeded = Exclude<Outcome, { kind: "failed" }>;

class Attempt {
  readonly #task: RunTask;
  readonly #flow: CompiledFlow;
  readonly #host: RunHost;
  readonly #limits: RunLimits;
  readonly #outputs = new Map<string, Output>();
  /** Of the monotonic clock, as all that measures a run: the wall clock may be set meanwhile. */
  #deadlineMs = 0;
  readonly #random: () => number;
  readonly #room: ValueRoom;
  /** Done and not handed over yet. */
  #done: StepDone[] = [];
  /** Given by the last step; an answer after which the run goes on leaves at once. */
  #answer: Answer | undefined;
  #flushedAt = 0;
  /** Since when the run has the thread. */
  #resumedAt = 0;
  /** When its last step was done; others may have the thread since. */
  #leftAt = 0;
  #prev: Output = NULL_OUTPUT;
  #ordinal: number;
  #outputChars = 0;
  #node: string | undefined;

  constructor(task: RunTask, flow: CompiledFlow, host: RunHost, limits: RunLimits) {
    this.#task = task;
    this.#flow = flow;
    this.#host = host;
    this.#limits = limits;
    this.#random = seededRandom(task.run.id);
    this.#room = new ValueRoom(limits.maxValueBytes);
    this.#ordinal = task.steps.length;
    for (const step of task.steps) this.#keepOutput(step.node, recordedOutput(step));
    const last = task.steps.at(-1);
    this.#node = last === undefined ? task.run.startNode : last.next;
  }

  /** Steps through the flow until it ends or a step fails without a way on. */
  async run(view: EventView): Promise<RunResult> {
    const event = { ...view, payload: this.#room.guard(view.payload) };
    // Not before: the first steps of those that came before it in one batch may take a while.
    this.#flushedAt = this.#host.monotonic();
    this.#deadlineMs = this.#flushedAt + this.#flow.timeoutMs;
    this.#resumedAt = this.#flushedAt;
    this.#leftAt = this.#flushedAt;
    while (this.#node !== undefined) {
      const failure = await this.#step(this.#node, event);
      if (failure !== undefined) return this.end(failure);
      const hasBeenLong = this.#host.monotonic() - this.#resumedAt > this.#limits.pauseAfterMs;
      if (hasBeenLong && this.#node !== undefined) await this.#pause();
    }
    return this.#result({ status: "succeeded" });
  }

  async #pause(): Promise<void> {
    this.#flush();
    await this.#host.pause();
    this.#resumedAt = this.#host.monotonic();
  }

  /** Ends the try with an error: wait for the next one, or fail for good. */
  end(error: RunError): RunResult {
    const { retry } = this.#flow;
    const failedTries = this.#task.failedTries + 1;
    if (!error.retryable || failedTries >= retry.maxAttempts) return this.#result({ status: "failed", error });
    const policy = { initialMs: retry.initialDelayMs, maxMs: retry.maxDelayMs, factor: retry.factor };
    const delayMs = backoffMs(policy, failedTries, () => this.#host.random());
    return this.#result({ status: "waiting", error, delayMs });
  }

  #result(end: RunEnd): RunResult {
    const steps = this.#done;
    return this.#answer === undefined ? { end, steps } : { end, steps, answer: this.#answer };
  }

  /** Executes one node and moves on. Returns the error when the run cannot go on. */
  async #step(id: string, event: EventView): Promise<RunError | undefined> {
    const node = this.#flow.node(id);
    if (node === undefined) return { code: "unknown-node", message: `The flow has no node "${id}".`, retryable: false };
    const hindrance = this.#hindrance(node);
    if (hindrance !== undefined) return hindrance;
    this.#host.atWork(id);
    const startedAtMs = this.#host.now();
    const startedAt = this.#host.monotonic();
    const printed: string[] = [];
    const outcome = await this.#execute(node, event, printed);
    const durationMs = round(this.#leftAt - startedAt);
    if (durationMs > this.#limits.longStepMs) this.#host.tookLong(id);
    const newStep = (): Writable<StepDone> => this.#stepDone(node, startedAtMs, durationMs, printed);
    const error = outcome.kind === "failed" ? outcome.error : await this.#succeed(newStep(), node, outcome);
    return error === undefined ? undefined : this.#fail(newStep(), error, node.onError);
  }

  /** Why the node's step may not begin now. */
  #hindrance({ id, type }: RunNode): RunError | undefined {
    const { maxSteps } = this.#limits;
    if (this.#ordinal >= maxSteps) {
      const message = `The run took more than ${maxSteps} steps.`;
      return { code: "too-many-steps", message, retryable: false, node: id };
    }
    const turnAt = this.#host.monotonic();
    this.#deadlineMs += turnAt - this.#leftAt;
    // What `on_error: end` leads to takes no time: it ends the run, also of a step that used up the flow's.
    return turnAt > this.#deadlineMs && type !== END_TYPE ? this.#outOfTime(id) : undefined;
  }

  /** Keeps what the step did and moves on; or returns why it failed after all. */
  async #succeed(step: Writable<StepDone>, node: RunNode, outcome: Succeeded): Promise<StepError | undefined> {
    const { output } = outcome;
    if (this.#outputChars + output.json.length > this.#limits.maxOutputChars) return this.#tooMuchOutput();
    const next = outcome.kind === "goto" ? outcome.target : node.next;
    step.outputJson = output.json;
    if (next !== undefined) step.next = next;
    if (outcome.kind === "start") {
      const refused = await this.#startChild(outcome, step);
      if (refused !== undefined) return refused;
    } else {
      this.#done.push(step);
    }
    this.#moveOn(node.id, output, next);
    if (outcome.kind === "respond" && next === undefined) this.#answer = outcome.answer;
    else if (outcome.kind === "respond") this.#flush(outcome.answer);
    else if (this.#host.monotonic() - this.#flushedAt > this.#limits.flushAfterMs) this.#flush();
    return undefined;
  }

  /** The step has not begun: the next try begins with it. */
  #outOfTime(node: string): RunError {
    const message = `This try took longer than the flow's timeout of ${formatDuration(this.#flow.timeoutMs)}.`;
    return { code: "run-deadline", message, retryable: true, node };
  }

  #tooMuchOutput(): StepError {
    const message = `The outputs of this run would be larger than ${this.#limits.maxOutputChars} characters.`;
    return { code: "output-too-large", message, retryable: false };
  }

  /** Field by field, most of which are the same for all: copying objects here was a tenth of a runner's time. */
  #stepDone(node: RunNode, startedAtMs: number, durationMs: number, printed: readonly string[]): Writable<StepDone> {
    const step: Writable<StepDone> = {
      type: "step_done",
      runId: this.#task.run.id,
      ordinal: this.#ordinal,
      node: node.id,
      nodeType: node.type,
      attempt: this.#task.attempt,
      startedAtMs,
      durationMs,
      status: "succeeded",
    };
    if (printed.length > 0) step.printed = printed;
    return step;
  }

  async #execute(node: RunNode, event: EventView, printed: string[]): Promise<Outcome> {
    try {
      const outcome = node.compiled.execute(this.#contextFor(node, event, printed));
      return outcome instanceof Promise ? await outcome : outcome;
    } catch (thrown) {
      const code = thrown instanceof NoRoomForValues ? "values-too-large" : "internal-error";
      return { kind: "failed", error: { code, message: messageOf(thrown), retryable: false } };
    } finally {
      this.#leftAt = this.#host.monotonic();
    }
  }

  #contextFor(node: { id: string; timeoutMs?: number }, event: EventView, printed: string[]): StepContext {
    const nodeDeadlineMs = node.timeoutMs === undefined ? this.#deadlineMs : this.#host.monotonic() + node.timeoutMs;
    return {
      event,
      tenant: this.#task.run.tenant,
      variables: this.#flow.variables,
      prev: this.#prev,
      outputs: this.#outputs,
      idempotencyKey: `${this.#task.run.id}:${node.id}`,
      now: () => this.#host.now(),
      monotonic: () => this.#host.monotonic(),
      random: this.#random,
      deadlineMs: Math.min(this.#deadlineMs, nodeDeadlineMs),
      valueBytes: this.#room.left,
      print: (line) => {
        if (printed.length < this.#limits.maxPrintedLines) printed.push(line.slice(0, this.#limits.maxPrintedChars));
      },
    };
  }

  async #startChild(outcome: Extract<Outcome, { kind: "start" }>, step: StepDone): Promise<StepError | undefined> {
    const { maxChildPayloadChars: most } = this.#limits;
    if (outcome.payload.json.length > most) {
      const message = `The payload for the flow "${outcome.flow}" would be larger than ${most} characters.`;
      return { code: "output-too-large", message, retryable: false };
    }
    this.#flush();
    const started = await this.#host.start({ flow: outcome.flow, payloadJson: outcome.payload.json, step });
    if (started.ok) return undefined;
    const { code, message, retryable } = started;
    return { code, message, retryable };
  }

  /** Keeps the failed step. With `on_error` the run goes on there, and the error is the step's output. */
  #fail(step: Writable<StepDone>, error: StepError, onError: string | undefined): RunError | undefined {
    const runError: RunError = { ...error, message: this.#bounded(error.message), node: step.node };
    step.status = "failed";
    step.error = runError;
    this.#done.push(step);
    if (onError === undefined) return runError;
    step.next = onError;
    this.#moveOn(step.node, recordedOutput(step), onError);
    return undefined;
  }

  #bounded(message: string): string {
    const { maxErrorChars } = this.#limits;
    return message.length <= maxErrorChars
      ? message
      : `${message.slice(0, maxErrorChars)}… (${message.length} characters in all)`;
  }

  #moveOn(id: string, output: Output, next: string | undefined): void {
    this.#ordinal += 1;
    this.#keepOutput(id, output);
    this.#node = next;
  }

  #keepOutput(id: string, given: Output): void {
    const output = this.#room.guard(given);
    this.#outputChars += output.json.length;
    this.#prev = output;
    this.#outputs.set(id, output);
    const name = this.#flow.node(id)?.output;
    if (name !== undefined) this.#outputs.set(name, output);
  }

  #flush(answer?: Answer): void {
    if (this.#done.length > 0) this.#host.progress(this.#done, answer);
    this.#done = [];
    this.#flushedAt = this.#host.monotonic();
  }
}

/** The output with which a recorded step is seen by later ones: a failed step that went on shows its error. */
function recordedOutput(step: StepDone): Output {
  if (step.outputJson !== undefined) return outputFromJson(step.outputJson);
  const { code, message } = step.error ?? { code: "unknown", message: "" };
  return outputFromValue({ error: { code, message } });
}

function round(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
