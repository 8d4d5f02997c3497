/** A run between its claim and its end, as the dispatcher knows it. */
import { GtcError, sizeOfText, type AnyText, type Clock } from "../base/index.ts";
import type { ClaimedRun, PlannedRun } from "../event-log/index.ts";
import type { RunEnd } from "../run/index.ts";
import type { EarlyRun } from "./early-run.ts";

/** Of a claimed run what is needed until it is over: its body and its steps are the runner's now. */
export interface OpenRun {
  readonly run: PlannedRun<AnyText>;
  readonly receivedAtMs: number;
  readonly bodyBytes: number;
  /** 1 for the first. */
  readonly attempt: number;
  readonly failedTries: number;
  readonly startedAtMs: number;
  readonly startedAt: number;
  startRecorded: boolean;
  /** It is a child or a replay, or the event has a flow's answer: what it says is its step's output and nothing else. */
  isMute: boolean;
  /** How the try ends, as something that it reported could not be recorded; undefined: all could. */
  broken: RunEnd | undefined;
  /** Settles when everything the run reported so far is recorded. */
  recorded: Promise<unknown>;
  /** Its event is not stored yet. */
  early: EarlyRun | undefined;
  /** Its event could not be stored: it ends in its thread, and nothing of it is written down. */
  isGone: boolean;
}

export function openRun(claimed: ClaimedRun, clock: Clock, early?: EarlyRun): OpenRun {
  const { run, envelope, attempts, failedTries, answered } = claimed;
  return {
    run,
    receivedAtMs: envelope.receivedAtMs,
    bodyBytes: envelope.rawBody.length + sizeOfText(run.payloadJson),
    attempt: attempts + 1,
    failedTries,
    startedAtMs: clock.now(),
    startedAt: clock.monotonic(),
    startRecorded: false,
    isMute: answered || run.parentRunId !== undefined || run.replayOf !== undefined,
    broken: undefined,
    recorded: Promise.resolve(),
    early,
    isGone: false,
  };
}

/** How a try ends whose steps the log does not take now. */
export const BROKEN = {
  status: "waiting",
  error: {
    code: "log-unavailable",
    message: "The run's steps could not be recorded; it goes on from the last that was.",
    retryable: true,
  },
  delayMs: 0,
} as const satisfies RunEnd;

/** What it means for a run that something that it reported could not be recorded: some things never can. */
export function endOf(fault: unknown): RunEnd {
  if (!(fault instanceof GtcError) || fault.code !== "GTC_RECORD_TOO_LARGE") return BROKEN;
  return { status: "failed", error: { code: "output-too-large", message: fault.message, retryable: false } };
}
