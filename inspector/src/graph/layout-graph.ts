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
      const middle = placed.points[Math.floor(placed.points.length / 2)] ?? { x: 0, y: 0 };
      return {
        from,
        to,
        kind,
        label,
        path: pathThrough(placed.points),
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

/** A smooth line: through the middles of the library's corner points, bent towards the corners. */
function pathThrough(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return "";
  const corners = rest.slice(0, -1);
  const bends = corners.map((corner, index) => {
    const next = corners[index + 1];
    const to = next === undefined ? last : { x: (corner.x + next.x) / 2, y: (corner.y + next.y) / 2 };
    return `Q${at(corner)} ${at(to)}`;
  });
  return `M${at(first)}${bends.length > 0 ? bends.join("") : `L${at(last)}`}`;
}

const at = ({ x, y }: Point): string => `${x.toFixed(1)},${y.toFixed(1)}`;
