/** Exponential backoff with full jitter, as AWS's architecture blog measured it to spread retries best. */
export interface BackoffPolicy {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly factor: number;
}

/** Milliseconds to wait before try `attempt + 1`, where `attempt` (1 = first) has just failed. Never below half the step. */
export function backoffMs(policy: BackoffPolicy, attempt: number, random: () => number): number {
  const stepMs = Math.min(policy.maxMs, policy.initialMs * policy.factor ** (attempt - 1));
  return Math.round(stepMs / 2 + random() * (stepMs / 2));
}
