/** What several resources of the admin API are made of. */
import { z } from "zod";
import type { JsonValue } from "../../base/index.ts";

export const time = z.iso.datetime();

/** Any JSON; integers keep their digits. */
export const anyJson = z.custom<JsonValue>(() => true);

export const percentiles = z.object({
  count: z.int(),
  p50_ms: z.number(),
  p95_ms: z.number(),
  p99_ms: z.number(),
});

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable(),
    /** Set when the page was cut short by its time limit: everything after this time was looked at. */
    searched_to: time.nullable(),
  });
}
