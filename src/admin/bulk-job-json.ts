import type { JobView } from "./bulk-jobs.ts";
import { isoTime } from "./json-values.ts";

/** What all bulk jobs show. */
export function bulkJobJson({ id, status, total, failed, rate, createdAtMs }: JobView<unknown>) {
  return { id, status, total, failed, rate, created_at: isoTime(createdAtMs) };
}
