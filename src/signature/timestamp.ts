/**
 * Timestamps of signed requests, judged against the time of receipt in both directions: a request from the future is
 * as suspicious as an old one, and a stored event can be verified again later with the time at which it came.
 */
import type { TimestampUnit } from "./scheme-spec.ts";

const ISO_ZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$/;
const ISO_UNZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?$/;
/** RFC 9110 section 5.6.7: the fixed-length form of an HTTP date. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * No zeros in front: a 0 at the end of what is signed before the time, an id or the body, could be moved into it, and it
 * would be the same time, and the same signature.
 */
const SECONDS = /^(?:0|[1-9]\d{0,11})$/;
const MILLISECONDS = /^(?:0|[1-9]\d{0,14})$/;

/** Since 2001 and until 2286; seconds have ten. */
const MILLISECOND_DIGITS = 13;

/** Milliseconds since the epoch, or `undefined` when the text is not wholly in that form. */
export function parseTimestampMs(text: string, unit: TimestampUnit): number | undefined {
  switch (unit) {
    case "s":
      return SECONDS.test(text) ? Number(text) * 1000 : undefined;
    case "ms":
      return MILLISECONDS.test(text) ? Number(text) : undefined;
    case "s-or-ms":
      return parseTimestampMs(text, text.length >= MILLISECOND_DIGITS ? "ms" : "s");
    case "iso8601":
      return ISO_ZONED.test(text) ? parsed(text) : undefined;
    case "iso8601-utc":
      if (ISO_UNZONED.test(text)) return parsed(`${text}Z`);
      return ISO_ZONED.test(text) ? parsed(text) : undefined;
    case "http-date":
      return HTTP_DATE.test(text) ? parsed(text) : undefined;
    default:
      return unit satisfies never;
  }
}

function parsed(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A moment as a sender writes it. */
export function formatTimestamp(ms: number, unit: TimestampUnit): string {
  switch (unit) {
    case "s":
    case "s-or-ms":
      return String(Math.floor(ms / 1000));
    case "ms":
      return String(ms);
    case "iso8601":
      return new Date(ms).toISOString();
    case "iso8601-utc":
      return new Date(ms).toISOString().replace(/Z$/, "");
    case "http-date":
      return new Date(ms).toUTCString();
    default:
      return unit satisfies never;
  }
}

/** How many seconds the timestamp lies before (positive) or after (negative) `nowMs`, in the timestamp's own precision. */
export function ageSeconds(timestampMs: number, unit: TimestampUnit, nowMs: number): number {
  // Whole seconds are compared with whole seconds: a sender that counts seconds is not 999 ms late.
  const comparedNowMs = unit === "ms" ? nowMs : Math.floor(nowMs / 1000) * 1000;
  return (comparedNowMs - timestampMs) / 1000;
}

/** `6 min 0 s before`, for people. */
export function describeAge(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const text =
    whole < 120
      ? `${whole} s`
      : whole < 7200
        ? `${Math.floor(whole / 60)} min ${whole % 60} s`
        : `${Math.floor(whole / 3600)} h`;
  return `${text} ${seconds >= 0 ? "before" : "after"} the time of receipt`;
}
