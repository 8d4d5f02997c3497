/** What colour a series has: the same meaning in each chart. */
export type Tone = "good" | "plain" | "bad" | "warn" | "quiet";

export interface Series {
  readonly name: string;
  readonly tone: Tone;
  /** One for each time; null where nothing was measured. */
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  readonly title: string;
  readonly kind: "bars" | "lines";
  /** Values are numbers of things. */
  readonly isCount: boolean;
  readonly series: readonly Series[];
  /** The start of each bucket, milliseconds since 1970, evenly spaced. */
  readonly times: readonly number[];
  readonly bucketMs: number;
  readonly formatValue: (value: number | null) => string;
  /** Short, for the axis. */
  readonly formatTick: (timeMs: number) => string;
  /** Whole, for the readout and the table. */
  readonly formatMoment: (timeMs: number) => string;
}
