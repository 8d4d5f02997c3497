import type { EventSummary, RunSummary } from "../../../src/admin/contract/index.ts";
import type { Tone } from "./badge.tsx";

export const eventTones: Readonly<Record<EventSummary["status"], Tone>> = {
  received: "busy",
  done: "good",
  failed: "bad",
  unmatched: "warn",
  refused: "bad",
  duplicate: "quiet",
};

export const runTones: Readonly<Record<RunSummary["status"], Tone>> = {
  queued: "busy",
  running: "busy",
  waiting: "warn",
  succeeded: "good",
  failed: "bad",
};

export const verdictTones: Readonly<Record<EventSummary["verdict"], Tone>> = {
  verified: "good",
  unsigned: "warn",
  refused: "bad",
};

/** An HTTP status as good, bad or neither. */
export function statusTone(status: number): Tone {
  if (status >= 500) return "bad";
  if (status >= 400) return "warn";
  return "good";
}
