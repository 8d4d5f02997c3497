import type { TrafficBucket } from "../../../../src/admin/contract/index.ts";

/** How many requests were refused for each reason over all buckets, most frequent first, then by name. */
export function refusedByReason(
  buckets: readonly Pick<TrafficBucket, "refused_by">[],
): readonly { readonly reason: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { refused_by: refusedBy } of buckets)
    for (const [reason, count] of Object.entries(refusedBy)) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason));
}
