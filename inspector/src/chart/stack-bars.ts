/** Stacked bars of a chart, from the bottom up. Pure. */

export interface Bar {
  readonly series: number;
  readonly point: number;
  /** From the bottom, in values. */
  readonly from: number;
  readonly to: number;
}

/** `values[series][point]`; what is not above zero has no bar. */
export function stackBars(values: readonly (readonly number[])[]): readonly Bar[] {
  const heights: number[] = [];
  return values.flatMap((points, series) =>
    points.flatMap((value, point) => {
      if (!(value > 0)) return [];
      const from = heights[point] ?? 0;
      heights[point] = from + value;
      return [{ series, point, from, to: from + value }];
    }),
  );
}

/** The points without a neighbour that a line could lead to. */
export function lonePoints(
  values: readonly (number | null)[],
): readonly { readonly point: number; readonly value: number }[] {
  return values.flatMap((value, point) => {
    const isAlone = (values[point - 1] ?? null) === null && (values[point + 1] ?? null) === null;
    return value !== null && isAlone ? [{ point, value }] : [];
  });
}

/** A path through the points that have a value; a gap where one has none. */
export function linePath(
  values: readonly (number | null)[],
  x: (point: number) => number,
  y: (value: number) => number,
): string {
  return values
    .map((value, point) => {
      if (value === null) return "";
      const here = `${x(point).toFixed(1)},${y(value).toFixed(1)}`;
      const joined = point > 0 && (values[point - 1] ?? null) !== null;
      return joined ? `L${here}` : `M${here}`;
    })
    .join("");
}
