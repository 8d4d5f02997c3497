/**
 * What main and a runner thread say to each other. All of it is plain data that survives structured cloning.
 */
import type { AnyText } from "../base/index.ts";
import type { Answer, Envelope, GivenAnswer } from "../event/index.ts";
import type { SentTasks } from "./sent-tasks.ts";
import type { PlannedRun, RunError, StepDone, WrittenSteps } from "../event-log/index.ts";

/** One try of one run. */
export interface RunTask<Text = string> {
  readonly run: PlannedRun<Text>;
  readonly envelope: Envelope;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Tries that a failure ended. Less than those before this one where a gateway was stopped in the middle. */
  readonly failedTries: number;
  /** Steps that are over and are not run again, in order. */
  readonly steps: readonly StepDone<Text>[];
  readonly maxPayloadBytes: number;
}

export type ToRunner =
  | {
      readonly kind: "tasks";
      readonly tasks: SentTasks;
      /** The number of the first task; the others follow. By it the thread says which one is at work. */
      readonly firstNumber: number;
      readonly definitions: readonly Definition[];
      /** Hashes of definitions that the thread need not keep any longer. */
      readonly forget: readonly string[];
    }
  | { readonly kind: "started"; readonly callId: number; readonly outcome: ChildStarted };

export interface Definition {
  readonly hash: string;
  readonly json: string;
}

export type FromRunner =
  /** Steps to keep; with an answer, it goes out once they are on disk. */
  | {
      readonly kind: "progress";
      readonly runId: string;
      readonly steps: WrittenSteps["steps"];
      readonly answer?: GivenAnswer;
    }
  /** Start a child run and keep the step that did it, as one fact. */
  | { readonly kind: "start"; readonly runId: string; readonly callId: number; readonly child: ChildRequest }
  | RunOverMessage;

/** How a try ended, with its steps that were not reported before: all of it is kept as one. */
export interface RunResult {
  readonly end: RunEnd;
  readonly steps: readonly StepDone[];
  readonly answer?: Answer;
}

/** Steps travel as the JSON that is kept of them: main passes it on, and never looks inside. */
export interface RunOverMessage {
  readonly kind: "over";
  readonly runId: string;
  readonly end: RunEnd;
  readonly steps: WrittenSteps["steps"];
  readonly answer?: GivenAnswer;
}

export interface ChildRequest<Text = AnyText> {
  readonly flow: string;
  readonly payloadJson: Text;
  readonly step: StepDone;
}

export type ChildStarted = { readonly ok: true } | ChildRefused;

export interface ChildRefused {
  readonly ok: false;
  /** Of the step that did not start it. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export type RunEnd =
  | { readonly status: "succeeded" }
  | { readonly status: "failed"; readonly error: RunError }
  | { readonly status: "waiting"; readonly error: RunError; readonly delayMs: number };

/** What a thread and main share, as whole numbers: how many there are, and which is at which place. */
export const SIGNALS = 2;
/** The number of the task at work. */
export const AT_WORK = 0;
/** 1 once the thread is up. */
export const IS_UP = 1;
