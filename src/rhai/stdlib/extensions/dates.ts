/**
 * Moments as integers: milliseconds since 1970-01-01T00:00:00Z. `now()` asks the host's clock; `parse_date` reads
 * ISO 8601 / RFC 3339; `format_date` writes by a pattern of `%` codes, in UTC or in the time zone that is named.
 */
import type { Integer } from "../../arithmetic.ts";
import { RhaiError } from "../../errors.ts";
import { native, type Native } from "../../natives.ts";
import type { RuntimeCalls as Runtime } from "../../runtime-calls.ts";
import { hostNow } from "../time.ts";

const EXTENSION = { extension: true } as const;
const MAX_MS = 8_640_000_000_000_000;
const MAX_ZONES = 50;
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = "January February March April May June July August September October November December".split(" ");

/** The clock on the wall: a UTC date whose fields are those of the zone, and how far the zone is ahead of UTC. */
interface WallClock {
  readonly date: Date;
  readonly offsetMinutes: number;
  readonly ms: number;
}

const zones = new Map<string, Intl.DateTimeFormat>();

function zoneFormat(zone: string, at: number): Intl.DateTimeFormat {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  const [oldest] = zones.keys();
  if (zones.size >= MAX_ZONES && oldest !== undefined) zones.delete(oldest);
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset", year: "numeric" });
    zones.set(zone, format);
    return format;
  } catch (cause) {
    const message = `format_date: there is no time zone ${JSON.stringify(zone)}; write for example "Europe/Berlin" or "+02:00"`;
    throw new RhaiError("ErrorRuntime", message, at, { cause });
  }
}

const OFFSET = /([+-])(\d\d):?(\d\d)(?::(\d\d))?$/;

function minutesOf(offset: string): number {
  const [, sign, hours = "0", minutes = "0"] = OFFSET.exec(offset) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function wallClock(ms: number, zone: string, at: number): WallClock {
  const isOffset = /^[+-]\d\d:?\d\d$/.test(zone);
  const name = isOffset
    ? zone
    : (zoneFormat(zone, at)
        .formatToParts(ms)
        .find(({ type }) => type === "timeZoneName")?.value ?? "");
  const offsetMinutes = minutesOf(name);
  return { date: new Date(ms + offsetMinutes * 60_000), offsetMinutes, ms };
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

function year(value: number): string {
  return value < 0 ? `-${pad(-value, 4)}` : pad(value, 4);
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}

/** What each code writes; the letters are those of C's strftime. */
const CODES: Readonly<Record<string, (clock: WallClock) => string>> = {
  Y: ({ date }) => year(date.getUTCFullYear()),
  y: ({ date }) => pad(Math.abs(date.getUTCFullYear()) % 100),
  m: ({ date }) => pad(date.getUTCMonth() + 1),
  d: ({ date }) => pad(date.getUTCDate()),
  e: ({ date }) => String(date.getUTCDate()).padStart(2),
  H: ({ date }) => pad(date.getUTCHours()),
  I: ({ date }) => pad(date.getUTCHours() % 12 || 12),
  p: ({ date }) => (date.getUTCHours() < 12 ? "AM" : "PM"),
  M: ({ date }) => pad(date.getUTCMinutes()),
  S: ({ date }) => pad(date.getUTCSeconds()),
  L: ({ date }) => pad(date.getUTCMilliseconds(), 3),
  j: ({ date }) => pad(dayOfYear(date), 3),
  a: ({ date }) => (DAYS[date.getUTCDay()] ?? "").slice(0, 3),
  A: ({ date }) => DAYS[date.getUTCDay()] ?? "",
  b: ({ date }) => (MONTHS[date.getUTCMonth()] ?? "").slice(0, 3),
  B: ({ date }) => MONTHS[date.getUTCMonth()] ?? "",
  z: ({ offsetMinutes }) => offsetText(offsetMinutes),
  s: ({ ms }) => String(Math.floor(ms / 1000)),
  F: ({ date }) => `${year(date.getUTCFullYear())}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`,
  T: ({ date }) => `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`,
  "%": () => "%",
};

/** Writing a code takes as long as some operations, and a pattern may have millions of them. */
const OPERATIONS_PER_CODE = 8;

function formatDate(moment: Integer, pattern: string, zone: string, runtime: Runtime, at: number): string {
  const ms = Number(moment);
  if (Math.abs(ms) > MAX_MS - 86_400_000)
    throw new RhaiError("ErrorRuntime", `format_date: ${moment} is no moment in milliseconds`, at);
  const clock = wallClock(ms, zone, at);
  let text = "";
  let from = 0;
  // Code by code: `replaceAll` would find all of them before the first is counted.
  for (let mark = pattern.indexOf("%"); mark !== -1; mark = pattern.indexOf("%", from)) {
    runtime.count(OPERATIONS_PER_CODE, at);
    const point = pattern.codePointAt(mark + 1);
    const letter = point === undefined ? "" : String.fromCodePoint(point);
    text += pattern.slice(from, mark) + codeOf(letter, at)(clock);
    from = mark + 1 + letter.length;
  }
  return text + pattern.slice(from);
}

function codeOf(letter: string, at: number): (clock: WallClock) => string {
  const code = Object.hasOwn(CODES, letter) ? CODES[letter] : undefined;
  if (code !== undefined) return code;
  const message = `format_date: "%${letter}" means nothing; there are %${Object.keys(CODES).join(" %")}`;
  throw new RhaiError("ErrorRuntime", message, at);
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** A text without a zone is in UTC. A day or an hour that does not exist is refused, not rolled over. */
function parseDate(text: string, at: number): number {
  const match = ISO.exec(text.trim());
  const [, years, months, days, hours = "0", minutes = "0", seconds = "0", fraction = "", zone = "Z"] = match ?? [];
  const date = new Date(0);
  date.setUTCFullYear(Number(years), Number(months) - 1, Number(days));
  const isDay = match !== null && date.getUTCMonth() === Number(months) - 1 && date.getUTCDate() === Number(days);
  if (!isDay || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) {
    const message = `parse_date: ${JSON.stringify(text.slice(0, 60))} is no date such as 2026-01-31 or 2026-01-31T08:00:00Z`;
    throw new RhaiError("ErrorRuntime", message, at);
  }
  const millis = Number(fraction.padEnd(3, "0").slice(0, 3));
  const time = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + millis;
  return date.getTime() + time - (zone.toUpperCase() === "Z" ? 0 : minutesOf(zone)) * 60_000;
}

export const DATES: readonly Native[] = [
  native("now", (_args, runtime, at) => Math.floor(hostNow(runtime, at)), EXTENSION),
  native<[Integer]>(
    "format_date int",
    ([ms], runtime, at) => formatDate(ms, "%FT%T.%LZ", "UTC", runtime, at),
    EXTENSION,
  ),
  native<[Integer, string]>(
    "format_date int string",
    ([ms, pattern], runtime, at) => runtime.sized(formatDate(ms, pattern, "UTC", runtime, at), at),
    EXTENSION,
  ),
  native<[Integer, string, string]>(
    "format_date int string string",
    ([ms, pattern, zone], runtime, at) => runtime.sized(formatDate(ms, pattern, zone, runtime, at), at),
    EXTENSION,
  ),
  native<[string]>("parse_date string", ([text], _runtime, at) => parseDate(text, at), EXTENSION),
];
