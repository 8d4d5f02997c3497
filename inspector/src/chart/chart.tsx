/**
 * A chart over time: stacked bars or lines, with a legend, a readout for pointer and arrow keys, and the same numbers as a
 * table. The readout has its own line, so that nothing moves when it appears.
 */
import { useId, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useTexts } from "../i18n/i18n.tsx";
import { Plot } from "./plot.tsx";
import { plotArea, pointAt } from "./plot-area.ts";
import { useWidth } from "./use-width.ts";
import type { ChartProps } from "./chart-props.ts";
import { chartTexts } from "./chart-texts.ts";
import "./chart.css";

export function Chart(props: ChartProps) {
  const t = useTexts(chartTexts);
  const { title, series, times, formatValue, formatMoment } = props;
  const titleId = useId();
  const [frame, width] = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const point = at === null ? null : Math.min(at, times.length - 1);
  const nothing = series.every(({ values }) => values.every((value) => value === null || value === 0));

  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(pointAt(plotArea(width, times.length, 1), event.clientX - box.left));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moved = movedBy(event.key, point, times.length);
    if (moved === undefined) return;
    event.preventDefault();
    setAt(moved);
  };

  return (
    <figure className="chart" aria-labelledby={titleId}>
      <figcaption id={titleId}>{title}</figcaption>
      <ul className="chart-legend">
        {series.map(({ name, tone, values }) => (
          <li key={name} data-tone={tone}>
            <span className="chart-key" aria-hidden="true" data-kind={props.kind} />
            {name}
            {point !== null && <b>{formatValue(values[point] ?? null)}</b>}
          </li>
        ))}
        <li className="chart-moment" aria-live="polite">
          {point !== null && formatMoment(times[point] ?? 0)}
        </li>
      </ul>
      <div
        ref={frame}
        className="chart-frame"
        role="application"
        tabIndex={0}
        aria-label={`${title}. ${nothing ? t.nothing : t.keys}`}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
        onKeyDown={onKeyDown}
      >
        {width > 0 && <Plot {...props} width={width} point={point} />}
        {nothing && <p className="chart-nothing">{t.nothing}</p>}
      </div>
      <ChartTable {...props} />
    </figure>
  );
}

/** The point that a key leads to; null leaves the chart, undefined is a key of no meaning here. */
function movedBy(key: string, point: number | null, count: number): number | null | undefined {
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, (point ?? count) - 1);
    case "ArrowRight":
      return Math.min(count - 1, (point ?? -1) + 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    case "Escape":
      return point === null ? undefined : null;
    default:
      return undefined;
  }
}

function ChartTable({ title, series, times, formatValue, formatMoment }: ChartProps) {
  const t = useTexts(chartTexts);
  const rows = times
    .map((time, point) => ({ time, values: series.map(({ values }) => values[point] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null && value !== 0));
  return (
    <details className="chart-table">
      <summary>
        {t.table}
        <span className="visually-hidden">: {title}</span>
      </summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.time}</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time, values }) => (
            <tr key={time}>
              <th scope="row">{formatMoment(time)}</th>
              {values.map((value, index) => (
                <td key={series[index]?.name}>{formatValue(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
