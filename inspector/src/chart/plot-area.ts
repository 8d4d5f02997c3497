/** The geometry of a plot: from points and values to pixels and back. Pure. */

export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly points: number;
  readonly greatest: number;
}

export const PLOT_HEIGHT = 168;
const LEFT = 64;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 22;

export function plotArea(width: number, points: number, greatest: number): PlotArea {
  return {
    left: LEFT,
    top: TOP,
    width: Math.max(1, width - LEFT - RIGHT),
    height: PLOT_HEIGHT - TOP - BOTTOM,
    points: Math.max(1, points),
    greatest: greatest > 0 ? greatest : 1,
  };
}

/** The left edge of a point's column; `points` itself is the right edge of the plot. */
export function columnX(area: PlotArea, point: number): number {
  return area.left + (area.width * point) / area.points;
}

export function valueY(area: PlotArea, value: number): number {
  return area.top + area.height * (1 - value / area.greatest);
}

/** The point whose column holds a position, clamped to the plot. */
export function pointAt(area: PlotArea, x: number): number {
  const column = Math.floor(((x - area.left) / area.width) * area.points);
  return Math.min(area.points - 1, Math.max(0, column));
}
