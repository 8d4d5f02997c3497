/**
 * Where the boxes and lines of a flow go. Pure: the same graph gives the same picture, so nothing jumps while counts change.
 *
 * 1. Names of nodes never become keys of the layout library: it sees `n0`, `n1` … only.
 * 2. `end` and `ignore` are drawn once each, and only where an edge leads to them.
 * 3. Lines between the same two nodes stay apart (one for each edge of the flow).
 */
import { graphlib, layout } from "@dagrejs/dagre";
import type { FlowGraph } from "../../../src/admin/contract/index.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box; `x` and `y` are its upper left corner. */
export interface PlacedNode {
  readonly id: string;
  /** The node's type, or null for a way out of the flow (`end`, `ignore`). */
  readonly type: string | null;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: FlowGraph["edges"][number]["kind"];
  readonly label: string | null;
  /** SVG path data. */
  readonly path: string;
  /** The middle of the label. */
  readonly labelAt: Point;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export const STEP_SIZE = { width: 216, height: 66 };
const EXIT_SIZE = { width: 84, height: 30 };
const MARGIN = 12;
const LABEL_CHARACTER_WIDTH = 6.6;
const LABEL_HEIGHT = 18;
/** Longer labels are cut where they are drawn; the whole one is in the title. */
export const LABEL_CHARACTERS = 24;

interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Lays a flow's graph out from top to bottom. */
export function layoutGraph(graph: FlowGraph): GraphLayout {
  const boxes = boxesOf(graph);
  const keys = new Map(boxes.map(({ id }, index) => [id, `n${String(index)}`]));
  const drawing = new graphlib.Graph({ multigraph: true });
  drawing.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 40, edgesep: 18, marginx: MARGIN, marginy: MARGIN });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const [index, { type }] of boxes.entries())
    drawing.setNode(`n${String(index)}`, { ...(type === null ? EXIT_SIZE : STEP_SIZE) });
  const edges = graph.edges.filter(({ from, to }) => keys.has(from) && keys.has(to));
  for (const [index, { from, to, label }] of edges.entries())
    drawing.setEdge(keys.get(from) ?? "", keys.get(to) ?? "", labelSize(label), `e${String(index)}`);
  layout(drawing);
  const size = drawing.graph() as { width: number; height: number };
  const boxOf = (id: string): Box => drawing.node(keys.get(id) ?? "") as Box;
  return {
    width: Math.ceil(size.width),
    height: Math.ceil(size.height),
    nodes: boxes.map(({ id, type }, index) => {
      const { x, y, width, height } = drawing.node(`n${String(index)}`) as Box;
      return { id, type, x: x - width / 2, y: y - height / 2, width, height };
    }),
    edges: edges.map(({ from, to, kind, label }, index) => {
      const placed = drawing.edge(keys.get(from) ?? "", keys.get(to) ?? "", `e${String(index)}`) as Partial<Point> & {
        readonly points: readonly Point[];
      };
      const points = fromBoxToBox(placed.points, boxOf(from), boxOf(to));
      const middle = placed.points[Math.floor(placed.points.length / 2)] ?? { x: 0, y: 0 };
      return {
        from,
        to,
        kind,
        label,
        path: pathThrough(points),
        labelAt: { x: placed.x ?? middle.x, y: placed.y ?? middle.y },
      };
    }),
  };
}

function boxesOf(graph: FlowGraph): { readonly id: string; readonly type: string | null }[] {
  const known = new Set(graph.nodes.map(({ id }) => id));
  const exits = new Set(graph.edges.map(({ to }) => to).filter((to) => !known.has(to)));
  return [...graph.nodes, ...[...exits].map((id) => ({ id, type: null }))];
}

function labelSize(label: string | null): { width: number; height: number; labelpos: "c" } {
  const characters = Math.min(label?.length ?? 0, LABEL_CHARACTERS);
  return {
    width: characters * LABEL_CHARACTER_WIDTH,
    height: characters > 0 ? LABEL_HEIGHT : 0,
    labelpos: "c",
  };
}

/** How far from the corners of a box, which are round, its lines begin and end. */
const CORNER = 14;

/** What leads down leaves its box at the bottom and meets the other at the top, not at a corner or a side. */
function fromBoxToBox(points: readonly Point[], from: Box, to: Box): readonly Point[] {
  const [first, second] = points;
  const [beforeLast, last] = points.slice(-2);
  if (first === undefined || second === undefined || beforeLast === undefined || last === undefined) return points;
  const [bottom, top] = [from.y + from.height / 2, to.y - to.height / 2];
  return [
    second.y > bottom ? { x: within(first.x, from), y: bottom } : first,
    ...points.slice(1, -1),
    beforeLast.y < top ? { x: within(last.x, to), y: top } : last,
  ];
}

function within(x: number, box: Box): number {
  const room = box.width / 2 - CORNER;
  return Math.max(box.x - room, Math.min(box.x + room, x));
}

/** A smooth line through all points, on one of which the label stands; it leaves and arrives from top to bottom. */
function pathThrough([first, ...rest]: readonly Point[]): string {
  if (first === undefined) return "";
  let from = first;
  const bends = rest.map((to) => {
    const between = (from.y + to.y) / 2;
    const bend = `C${at({ x: from.x, y: between })} ${at({ x: to.x, y: between })} ${at(to)}`;
    from = to;
    return bend;
  });
  return `M${at(first)}${bends.join("")}`;
}

const at = ({ x, y }: Point): string => `${x.toFixed(1)},${y.toFixed(1)}`;
