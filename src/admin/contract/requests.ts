/** What operations of the admin API take: filters of lists, and bodies. */
import { z } from "zod";
import * as resource from "./resources.ts";

const time = z.iso.datetime({ offset: true });
export const limit = z.coerce.number().int().min(1).max(1000).default(50);
/** The `next_cursor` of the page before. */
export const cursor = z
  .string()
  .regex(/^\d{1,15}$/, { error: "The cursor is none of ours." })
  .optional();
export const period = { since: time.optional(), until: time.optional() };

const flag = z.enum(["true", "false"]).transform((text) => text === "true");

export const eventFilters = z.strictObject({
  tenant: z.string().optional(),
  type: z.string().optional(),
  provider_type: z.string().optional(),
  status: resource.eventStatus.optional(),
  /** Of failed events: those of which replays have done all that had failed, or not; absent: both. */
  resolved: flag.optional(),
  verdict: z.enum(["verified", "unsigned"]).optional(),
  flow: z.string().optional(),
  delivery_id: z.string().optional(),
  /** Text in headers or payload, case-insensitive. */
  q: z.string().min(2).max(200).optional(),
  ...period,
});

export const runFilters = {
  tenant: z.string().optional(),
  flow: z.string().optional(),
  type: z.string().optional(),
  status: resource.runStatus.optional(),
  /** Of failed runs: those whose work a replay has done, or nobody yet; absent: both. */
  resolved: flag.optional(),
  ...period,
};

export const refusalFilters = {
  tenant: z.string().optional(),
  type: z.string().optional(),
  reason: z.string().optional(),
  /** Those that were accepted later, or not yet; absent: both. */
  accepted: flag.optional(),
  q: z.string().min(2).max(200).optional(),
  ...period,
};

/** Which events: by id, by the filter of their list, or those whose failed runs nobody has done again; oldest first. */
export const bulkReplayRequest = z
  .strictObject({
    event_ids: z.array(z.string()).min(1).max(10_000).optional(),
    filter: eventFilters.extend({ resolved: z.boolean().optional() }).optional(),
    dead_letters: z.strictObject(runFilters).omit({ status: true, resolved: true }).optional(),
    /** Events a second. */
    rate: z.number().positive().max(1000).default(20),
  })
  .refine(
    ({ event_ids, filter, dead_letters }) =>
      [event_ids, filter, dead_letters].filter((selection) => selection !== undefined).length === 1,
    { error: "Say which events: give one of event_ids, filter and dead_letters." },
  );

/** Which refused requests: by id, or by the filter of their list; oldest first. Those that were accepted are left out. */
export const bulkAcceptRequest = z
  .strictObject({
    refusal_ids: z.array(z.string().max(100)).min(1).max(10_000).optional(),
    /** Those that were refused for their time only where `reason` names it: they may be replays. */
    filter: z.strictObject(refusalFilters).omit({ accepted: true }).optional(),
    /** Requests a second. */
    rate: z.number().positive().max(1000).default(20),
  })
  .refine(({ refusal_ids, filter }) => (refusal_ids === undefined) !== (filter === undefined), {
    error: "Say which requests: give either refusal_ids or filter.",
  });

/** RFC 9110, 5.6.2: what a header may be called; 5.5: what it may hold. */
const headerName = z
  .string()
  .max(200)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/);
const headerValue = z
  .string()
  .max(16 * 1024)
  .regex(/^[^\u0000-\u0008\u000a-\u001f\u007f]*$/);
const MOST_PAIRS = 200;
/** Of an event with several values of one name, which of them null keeps, from 0; without it the first that is left. */
const which = z.int().min(0).max(10_000).optional();

/** What is absent stays as it is in the event; the copy is stored as a test, unsigned, and its runs say `replay_of`. */
export const editedReplayRequest = z
  .strictObject({
    /** The new body as text. */
    body: z
      .string()
      .max(25 * 1024 * 1024)
      .optional(),
    /** The new body in base64, where it is no text. */
    body_base64: z
      .base64()
      .max(25 * 1024 * 1024)
      .optional(),
    /** All headers, in their order; null keeps the event's own value (which may be masked here): see `which`. */
    headers: z
      .array(z.tuple([headerName, headerValue.nullable(), which]))
      .max(MOST_PAIRS)
      .optional(),
    /** All parameters of the query, in their order; null keeps the event's own value. */
    query: z
      .array(
        z.tuple([
          z.string().max(500),
          z
            .string()
            .max(8 * 1024)
            .nullable(),
          which,
        ]),
      )
      .max(MOST_PAIRS)
      .optional(),
  })
  .refine(({ body, body_base64 }) => body === undefined || body_base64 === undefined, {
    error: "Give the body as text or in base64, not both.",
    path: ["body_base64"],
  });

export const revealRequest = z.strictObject({
  /** `header:authorization`, `query:token`, `body:$.card.number`. */
  field: z.string().max(500),
});
