import { useMemo } from "react";
import type { Overview, TrafficBucket } from "../../../../src/admin/contract/index.ts";
import { Chart } from "../../chart/chart.tsx";
import type { ChartProps, Tone } from "../../chart/chart-props.ts";
import { momentTime, tickTime } from "../../chart/format-time.ts";
import { byteSize, count, duration } from "../../i18n/format.ts";
import { useLanguage, useTexts, type Language } from "../../i18n/i18n.tsx";
import { overviewTexts } from "./overview-texts.ts";

type Row = readonly [name: string, tone: Tone, value: (bucket: TrafficBucket) => number | null];

interface ChartPlan {
  readonly title: string;
  readonly kind: ChartProps["kind"];
  readonly format: (value: number, language: Language) => string;
  readonly rows: readonly Row[];
}

/** What came, what became of it, how long it took, what waits, and how much room it takes; all over time. */
export function OverviewCharts({ overview }: { readonly overview: Overview }) {
  const t = useTexts(overviewTexts);
  const { language } = useLanguage();
  const { buckets, bucket_ms: bucketMs } = overview;
  const times = useMemo(() => buckets.map(({ start }) => Date.parse(start)), [buckets]);
  return (
    <div className="charts">
      {[...trafficCharts(t), ...stateCharts(t)].map(({ title, kind, format, rows }) => (
        <div key={title} className="card">
          <Chart
            title={title}
            kind={kind}
            isCount={format === count}
            times={times}
            bucketMs={bucketMs}
            series={rows.map(([name, tone, value]) => ({ name, tone, values: buckets.map(value) }))}
            formatValue={(value) => (value === null ? "–" : format(value, language))}
            formatTick={(time) => tickTime(time, bucketMs * buckets.length, language)}
            formatMoment={(time) => momentTime(time, language)}
          />
        </div>
      ))}
    </div>
  );
}

type OverviewTexts = (typeof overviewTexts)["en"];

function trafficCharts(t: OverviewTexts): readonly ChartPlan[] {
  return [
    {
      title: t.requests,
      kind: "bars",
      format: count,
      rows: [
        [t.verified, "good", ({ verified }) => verified],
        [t.unsigned, "warn", ({ unsigned }) => unsigned],
        [t.refused, "bad", ({ refused }) => refused],
      ],
    },
    {
      title: t.outcomes,
      kind: "bars",
      format: count,
      rows: [
        [t.succeeded, "good", (bucket) => bucket.runs_succeeded],
        [t.failed, "bad", (bucket) => bucket.runs_failed],
        [t.unmatched, "warn", ({ unmatched }) => unmatched],
        [t.duplicates, "quiet", ({ duplicates }) => duplicates],
      ],
    },
    {
      title: t.acknowledgement,
      kind: "lines",
      format: duration,
      rows: percentileRows((bucket) => bucket.acknowledgement),
    },
    { title: t.runTimes, kind: "lines", format: duration, rows: percentileRows(({ runs }) => runs) },
  ];
}

function stateCharts(t: OverviewTexts): readonly ChartPlan[] {
  return [
    {
      title: t.backlog,
      kind: "bars",
      format: count,
      rows: [
        [t.running, "good", ({ backlog }) => backlog?.running ?? null],
        [t.queued, "plain", ({ backlog }) => backlog?.queued ?? null],
        [t.waiting, "warn", ({ backlog }) => backlog?.waiting ?? null],
      ],
    },
    {
      title: t.oldestOpen,
      kind: "lines",
      format: duration,
      rows: [[t.age, "warn", ({ backlog }) => backlog?.oldest_ms ?? null]],
    },
    {
      title: t.disk,
      kind: "bars",
      format: byteSize,
      rows: [
        [t.journal, "plain", ({ storage }) => storage?.journal_bytes ?? null],
        [t.projection, "quiet", ({ storage }) => storage?.projection_bytes ?? null],
      ],
    },
    {
      title: t.freeSpace,
      kind: "lines",
      format: byteSize,
      rows: [[t.free, "good", ({ storage }) => storage?.free_bytes ?? null]],
    },
  ];
}

function percentileRows(of: (bucket: TrafficBucket) => TrafficBucket["runs"]): readonly Row[] {
  return [
    ["p50", "good", (bucket) => of(bucket)?.p50_ms ?? null],
    ["p95", "plain", (bucket) => of(bucket)?.p95_ms ?? null],
    ["p99", "warn", (bucket) => of(bucket)?.p99_ms ?? null],
  ];
}
