import type { ChartProps } from "./chart-props.ts";
import { columnX, plotArea, PLOT_HEIGHT, valueY, type PlotArea } from "./plot-area.ts";
import { timeTicks, valueTicks } from "./scale.ts";
import { linePath, lonePoints, stackBars } from "./stack-bars.ts";

const TICK_WIDTH = 88;
const LABEL_HALF = 26;

/** The drawing itself; it says nothing to a screen reader, the table does. */
export function Plot(props: ChartProps & { readonly width: number; readonly point: number | null }) {
  const { width, series, times, kind, point } = props;
  const ticks = valueTicks(greatestOf(props), props.isCount);
  const area = plotArea(width, times.length, ticks.at(-1) ?? 1);
  return (
    <svg width={width} height={PLOT_HEIGHT} viewBox={`0 0 ${String(width)} ${String(PLOT_HEIGHT)}`} aria-hidden="true">
      {ticks.map((tick) => (
        <g key={tick} className="chart-grid">
          <line x1={area.left} x2={area.left + area.width} y1={valueY(area, tick)} y2={valueY(area, tick)} />
          <text x={area.left - 8} y={valueY(area, tick)} dy="0.32em" textAnchor="end">
            {props.formatValue(tick)}
          </text>
        </g>
      ))}
      <TimeAxis {...props} area={area} />
      {point !== null && (
        <rect
          className="chart-cursor"
          x={columnX(area, point)}
          y={area.top}
          width={Math.max(1, area.width / area.points)}
          height={area.height}
        />
      )}
      {kind === "bars" ? <Bars series={series} area={area} /> : <Lines series={series} area={area} />}
    </svg>
  );
}

function greatestOf({ kind, series, times }: ChartProps): number {
  if (kind === "lines") return Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  return Math.max(0, ...times.map((_, point) => series.reduce((sum, { values }) => sum + (values[point] ?? 0), 0)));
}

function TimeAxis({ times, bucketMs, formatTick, area }: ChartProps & { readonly area: PlotArea }) {
  const since = times[0];
  if (since === undefined) return null;
  const span = times.length * bucketMs;
  const offset = -new Date(since).getTimezoneOffset() * 60_000;
  const atMost = Math.max(1, Math.floor(area.width / TICK_WIDTH));
  return (
    <g className="chart-times">
      {timeTicks(since, since + span, atMost, offset).map((time) => (
        <text key={time} y={PLOT_HEIGHT - 5} {...labelPlace(area, (time - since) / span)}>
          {formatTick(time)}
        </text>
      ))}
    </g>
  );
}

/** Below its moment; at the right edge it ends there, since beyond the drawing it would be cut off. */
function labelPlace({ left, width }: PlotArea, part: number) {
  const x = left + width * part;
  const edge = left + width;
  return x > edge - LABEL_HALF ? ({ x: edge, textAnchor: "end" } as const) : ({ x, textAnchor: "middle" } as const);
}

interface Drawn {
  readonly series: ChartProps["series"];
  readonly area: PlotArea;
}

function Bars({ series, area }: Drawn) {
  const column = area.width / area.points;
  const gap = column > 5 ? 1 : 0;
  return (
    <g>
      {stackBars(series.map(({ values }) => values.map((value) => value ?? 0))).map((bar) => (
        <rect
          key={`${String(bar.series)}.${String(bar.point)}`}
          className="chart-bar"
          data-tone={series[bar.series]?.tone}
          x={columnX(area, bar.point) + gap / 2}
          width={Math.max(0.5, column - gap)}
          y={valueY(area, bar.to)}
          height={Math.max(0.5, valueY(area, bar.from) - valueY(area, bar.to))}
        />
      ))}
    </g>
  );
}

function Lines({ series, area }: Drawn) {
  return (
    <g>
      {series.map(({ name, tone, values }) => (
        <g key={name} data-tone={tone}>
          <path
            className="chart-line"
            d={linePath(
              values,
              (point) => columnX(area, point + 0.5),
              (value) => valueY(area, value),
            )}
          />
          {lonePoints(values).map(({ point, value }) => (
            <circle key={point} className="chart-dot" cx={columnX(area, point + 0.5)} cy={valueY(area, value)} r="3" />
          ))}
        </g>
      ))}
    </g>
  );
}
