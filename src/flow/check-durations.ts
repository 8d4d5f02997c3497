/** Durations without a unit count milliseconds; small ones are nearly always meant as seconds. */
import type { FlowDraft } from "./read-flow-file.ts";
import type { ValuePath } from "./yaml-file.ts";

/** Nobody wants a flow to end after 30 ms, or its five tries to be over within 50. */
const SUSPECT_BELOW_MS = 100;

/** Warns of those. */
export function checkDurations(draft: FlowDraft): void {
  check(draft, ["config", "timeout"]);
  check(draft, ["config", "retry_policy", "initial_delay"]);
  check(draft, ["config", "retry_policy", "max_delay"]);
  for (const { index } of draft.configs) check(draft, [...draft.pathOfNode(index), "timeout"]);
}

function check(draft: FlowDraft, path: ValuePath): void {
  const value = draft.valueAt(path);
  const ms = typeof value === "string" && /^\s*[\d.]+\s*$/.test(value) ? Number(value) : value;
  if (typeof ms !== "number" || !(ms > 0 && ms < SUSPECT_BELOW_MS)) return;
  const message = `A number without a unit counts milliseconds: this is ${ms} ms.`;
  const hint = `Write \`${ms}s\` for seconds, or \`${ms}ms\` if it is meant so.`;
  draft.report("warning", "bare-duration", message, path, { hint });
}
