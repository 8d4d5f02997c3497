/** Numbers and times as a reader of the language writes them. All pure: the language and the present are passed in. */
import type { Language } from "./i18n.tsx";

const UNITS_MS = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1_000 } as const;
type Unit = keyof typeof UNITS_MS;

interface Words {
  readonly now: string;
  readonly units: Readonly<Record<Unit, string>>;
  readonly ago: (span: string) => string;
  readonly later: (span: string) => string;
}

/** Shorter than what `Intl` has, and with the space between number and unit that units are written with. */
const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    now: "now",
    units: { day: "d", hour: "h", minute: "min", second: "s" },
    ago: (span) => `${span} ago`,
    later: (span) => `in ${span}`,
  },
  de: {
    now: "jetzt",
    units: { day: "Tg.", hour: "Std.", minute: "Min.", second: "s" },
    ago: (span) => `vor ${span}`,
    later: (span) => `in ${span}`,
  },
};

/** "12 s ago"; times in the future read "in 12 s". */
export function timeAgo(iso: string, nowMs: number, language: Language): string {
  const passedMs = nowMs - Date.parse(iso);
  const words = WORDS[language];
  const unit = (Object.keys(UNITS_MS) as Unit[]).find((one) => Math.abs(passedMs) >= UNITS_MS[one]);
  if (unit === undefined) return words.now;
  const span = `${count(Math.trunc(Math.abs(passedMs) / UNITS_MS[unit]), language)} ${words.units[unit]}`;
  return passedMs > 0 ? words.ago(span) : words.later(span);
}

/** Date and time to the millisecond, in the reader's time zone. */
export function exactTime(iso: string, language: Language): string {
  return exact(language).format(new Date(iso));
}

/** "340 µs", "12.4 ms", "3.20 s", "2 min 5 s". */
export function duration(ms: number, language: Language): string {
  const number = (value: number, digits: number): string =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (ms < 1) return ms === 0 ? "0 ms" : `${number(ms * 1000, 0)} µs`;
  if (ms < 1000) return `${number(ms, ms < 100 && !Number.isInteger(ms) ? 1 : 0)} ms`;
  if (ms < 60_000) return `${number(ms / 1000, 2)} s`;
  return `${number(Math.floor(ms / 60_000), 0)} min ${number(Math.floor((ms % 60_000) / 1000), 0)} s`;
}

/** "812 B", "8.0 kB", "1.3 MB": decimal units. */
export function byteSize(bytes: number, language: Language): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const digits = power === 0 ? 0 : 1;
  const value = (bytes / 1000 ** power).toLocaleString(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${value} ${units[power] ?? "B"}`;
}

/** "1,234" */
export function count(value: number, language: Language): string {
  return value.toLocaleString(language);
}

const exacts = new Map<Language, Intl.DateTimeFormat>();
function exact(language: Language): Intl.DateTimeFormat {
  const made =
    exacts.get(language) ??
    new Intl.DateTimeFormat(language, {
      year: "numeric",
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
      timeZoneName: "short",
    });
  exacts.set(language, made);
  return made;
}
