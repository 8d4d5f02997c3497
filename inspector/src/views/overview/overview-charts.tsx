import { useMemo } from "react";
import type { Overview, TrafficBucket } from "../../../../src/admin/contract/index.ts";
import { Chart } from "../../chart/chart.tsx";
import type { Series, Tone } from "../../chart/chart-props.ts";
import { momentTime, tickTime } from "../../chart/format-time.ts";
import { count, duration } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { overviewTexts } from "./overview-texts.ts";

type Row = readonly [name: string, tone: Tone, value: (bucket: TrafficBucket) => number | null];

/** Requests by verdict, what became of them, and how long acknowledgements and runs took. */
export function OverviewCharts({ overview }: { readonly overview: Overview }) {
  const t = useTexts(overviewTexts);
  const { language } = useLanguage();
  const { buckets, bucket_ms: bucketMs } = overview;
  const times = useMemo(() => buckets.map(({ start }) => Date.parse(start)), [buckets]);
  const seriesOf = (rows: readonly Row[]): Series[] =>
    rows.map(([name, tone, value]) => ({ name, tone, values: buckets.map(value) }));
  const common = {
    times,
    bucketMs,
    formatTick: (time: number) => tickTime(time, bucketMs * buckets.length, language),
    formatMoment: (time: number) => momentTime(time, language),
  };
  const counted = {
    ...common,
    kind: "bars" as const,
    formatValue: (value: number | null) => count(value ?? 0, language),
  };
  const timed = {
    ...common,
    kind: "lines" as const,
    formatValue: (value: number | null) => (value === null ? "–" : duration(value, language)),
  };
  return (
    <div className="charts">
      <div className="card">
        <Chart
          {...counted}
          title={t.requests}
          series={seriesOf([
            [t.verified, "good", ({ verified }) => verified],
            [t.unsigned, "warn", ({ unsigned }) => unsigned],
            [t.refused, "bad", ({ refused }) => refused],
          ])}
        />
      </div>
      <div className="card">
        <Chart
          {...counted}
          title={t.outcomes}
          series={seriesOf([
            [t.succeeded, "good", (bucket) => bucket.runs_succeeded],
            [t.failed, "bad", (bucket) => bucket.runs_failed],
            [t.unmatched, "warn", ({ unmatched }) => unmatched],
            [t.duplicates, "quiet", ({ duplicates }) => duplicates],
          ])}
        />
      </div>
      <div className="card">
        <Chart
          {...timed}
          title={t.acknowledgement}
          series={seriesOf(percentileRows(({ acknowledgement }) => acknowledgement))}
        />
      </div>
      <div className="card">
        <Chart {...timed} title={t.runTimes} series={seriesOf(percentileRows(({ runs }) => runs))} />
      </div>
    </div>
  );
}

function percentileRows(of: (bucket: TrafficBucket) => TrafficBucket["runs"]): readonly Row[] {
  return [
    ["p50", "good", (bucket) => of(bucket)?.p50_ms ?? null],
    ["p95", "plain", (bucket) => of(bucket)?.p95_ms ?? null],
    ["p99", "warn", (bucket) => of(bucket)?.p99_ms ?? null],
  ];
}
