/**
 * A chart over time: stacked bars or lines, with a legend, a readout for pointer and arrow keys, and the same numbers as a
 * table. The readout has its own place, so that nothing moves when it appears.
 */
import { useId, useState } from "react";
import { useTexts } from "../i18n/i18n.tsx";
import { Plot } from "./plot.tsx";
import { plotArea, pointAt } from "./plot-area.ts";
import { useWidth } from "./use-width.ts";
import type { ChartProps } from "./chart-props.ts";
import { chartTexts } from "./chart-texts.ts";
import "./chart.css";

export function Chart(props: ChartProps) {
  const t = useTexts(chartTexts);
  const { title, series, times, kind, formatValue, formatMoment } = props;
  const titleId = useId();
  const [frame, width] = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const point = at === null ? null : Math.min(at, times.length - 1);
  const values = series.flatMap((one) => one.values);
  const isMeasured = values.some((value) => value !== null);
  const isZero = isMeasured && values.every((value) => value === null || value === 0);
  return (
    <figure className="chart" aria-labelledby={titleId}>
      <figcaption id={titleId}>{title}</figcaption>
      <ul className="chart-legend">
        {series.map(({ name, tone, values: own }) => (
          <li key={name} data-tone={tone}>
            <span className="chart-key" aria-hidden="true" data-kind={kind} />
            {name}
            {point !== null && <b>{formatValue(own[point] ?? null)}</b>}
          </li>
        ))}
        {point !== null && <li className="chart-moment">{formatMoment(times[point] ?? 0)}</li>}
      </ul>
      <div ref={frame} className="chart-frame">
        {width > 0 && <Plot {...props} width={width} point={point} />}
        {!isMeasured && <p className="chart-nothing">{t.nothing}</p>}
        {isZero && <p className="chart-nothing">{t.zero}</p>}
        {isMeasured && <Cursor {...props} width={width} point={point} move={setAt} />}
      </div>
      <ChartTable {...props} />
    </figure>
  );
}

interface CursorProps extends ChartProps {
  readonly width: number;
  readonly point: number | null;
  readonly move: (point: number | null) => void;
}

/** Lies over the plot: a slider, so that arrow keys and a screen reader go through the values as the pointer does. */
function Cursor({ title, series, times, formatValue, formatMoment, width, point, move }: CursorProps) {
  const t = useTexts(chartTexts);
  const shown = point ?? times.length - 1;
  const values = series.map(({ name, values: own }) => `${name} ${formatValue(own[shown] ?? null)}`);
  return (
    <input
      className="chart-cursor-slider"
      type="range"
      min={0}
      max={times.length - 1}
      value={shown}
      aria-label={title}
      aria-valuetext={`${formatMoment(times[shown] ?? 0)}: ${values.join(", ")}`}
      title={t.keys}
      onChange={({ target }) => move(target.valueAsNumber)}
      onPointerMove={({ currentTarget, clientX }) =>
        move(pointAt(plotArea(width, times.length, 1), clientX - currentTarget.getBoundingClientRect().left))
      }
      onPointerLeave={() => move(null)}
      onFocus={() => move(shown)}
      onBlur={() => move(null)}
    />
  );
}

function ChartTable({ title, series, times, formatValue, formatMoment }: ChartProps) {
  const t = useTexts(chartTexts);
  const rows = times
    .map((time, point) => ({
      time,
      values: series.map(({ name, values }) => ({ name, value: values[point] ?? null })),
    }))
    .filter(({ values }) => values.some(({ value }) => value !== null && value !== 0));
  if (rows.length === 0) return null;
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
              {values.map(({ name, value }) => (
                <td key={name}>{formatValue(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
