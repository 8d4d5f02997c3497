/**
 * Moments as people write them in commands and answers: `2026-01-31`, `2026-01-31T08:00`, `2026-01-31T08:00:00Z`. `Date.parse`
 * alone takes the 30th of February for the 2nd of March, and `2026-01-31/` for a day.
 */
const DATE = /^(\d{4})-(\d{2})(?:-(\d{2}))?/;
const TIME = /^[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: ?(?:[Zz]|[+-]\d{2}:?\d{2}))?$/;

/**
 * Milliseconds since the epoch, or `undefined` when the text is no moment, e.g. a day that its month does not have. A date alone
 * is its midnight in UTC; a time without a zone is one of this machine's zone (ECMA-262, Date Time String Format).
 */
export function parseMomentMs(text: string): number | undefined {
  const written = text.trim();
  const [date, year, month, day] = DATE.exec(written) ?? [];
  if (date === undefined) return undefined;
  const time = written.slice(date.length);
  if (time !== "" && (day === undefined || !TIME.test(time))) return undefined;
  if (day !== undefined && Number(day) > daysIn(Number(year), Number(month))) return undefined;
  const ms = Date.parse(`${date}${time.replace(/^[t ]/, "T").replace(/ /, "").replace("z", "Z")}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** @param month 1 to 12 */
function daysIn(year: number, month: number): number {
  const last = new Date(0);
  last.setUTCFullYear(year, month, 0);
  return last.getUTCDate();
}
