/**
 * A flow as a picture: its steps as boxes, its ways as lines. It shows numbers over a period, or the way that one run took,
 * or both. Boxes are buttons in the order of the flow; each says in words what its colours and lines say.
 */
import { useId, useMemo, type KeyboardEvent, type ReactElement } from "react";
import type { FlowGraph as Graph, FlowStats } from "../../../src/admin/contract/index.ts";
import { describeExits, describeNode, type GraphWords } from "./describe-node.ts";
import { LABEL_CHARACTERS, layoutGraph, type PlacedEdge, type PlacedNode } from "./layout-graph.ts";
import { takenWay, type TakenStep, type Visit } from "./taken-way.ts";
import "./graph.css";

type NodeStats = FlowStats["nodes"][number];

export interface FlowGraphProps {
  /** The name of the picture for screen readers. */
  readonly label: string;
  readonly graph: Graph;
  /** The steps of one run: its way is drawn on the graph. */
  readonly taken?: readonly TakenStep[] | undefined;
  readonly stats?: readonly NodeStats[] | undefined;
  readonly selected?: string | null | undefined;
  readonly onSelect?: ((node: string) => void) | undefined;
  readonly words: GraphWords;
}

export function FlowGraph({ label, graph, taken, stats, selected, onSelect, words }: FlowGraphProps): ReactElement {
  const markerId = useId();
  const layout = useMemo(() => layoutGraph(graph), [graph]);
  const way = useMemo(() => (taken === undefined ? undefined : takenWay(graph, taken)), [graph, taken]);
  const statsOf = new Map((stats ?? []).map((one) => [one.node, one]));
  return (
    <div className="flow-graph" data-way={way === undefined ? undefined : "shown"}>
      <svg
        role="group"
        aria-label={label}
        width={layout.width}
        height={layout.height}
        viewBox={`0 0 ${String(layout.width)} ${String(layout.height)}`}
      >
        <marker id={markerId} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0,0L8,4L0,8z" fill="context-stroke" />
        </marker>
        {layout.edges.map((edge, index) => (
          <Line
            key={index}
            edge={edge}
            marker={markerId}
            taken={way?.edges.has(index) === true}
            count={statsOf.get(edge.from)?.next[edge.to]}
          />
        ))}
        {layout.nodes.map((node) => (
          <Box
            key={node.id}
            node={node}
            start={node.id === graph.start_node}
            visit={way?.visits.get(node.id)}
            stats={statsOf.get(node.id)}
            selected={node.id === selected}
            onSelect={onSelect}
            exits={describeExits(graph, node.id, words)}
            words={words}
          />
        ))}
      </svg>
    </div>
  );
}

interface LineProps {
  readonly edge: PlacedEdge;
  readonly marker: string;
  readonly taken: boolean;
  readonly count: number | undefined;
}

function Line({ edge, marker, taken, count }: LineProps): ReactElement {
  const label = edge.label ?? "";
  return (
    <g
      className="graph-line"
      data-kind={edge.kind}
      data-taken={taken || undefined}
      data-count={count}
      aria-hidden="true"
    >
      <path d={edge.path} markerEnd={`url(#${marker})`} />
      {label !== "" && (
        <text x={edge.labelAt.x} y={edge.labelAt.y} dy="0.32em" textAnchor="middle">
          {cut(label, LABEL_CHARACTERS)}
          <title>{label}</title>
        </text>
      )}
    </g>
  );
}

interface BoxProps {
  readonly node: PlacedNode;
  readonly start: boolean;
  readonly visit: Visit | undefined;
  readonly stats: NodeStats | undefined;
  readonly selected: boolean;
  readonly onSelect: ((node: string) => void) | undefined;
  readonly exits: string;
  readonly words: GraphWords;
}

function Box({ node, start, visit, stats, selected, onSelect, exits, words }: BoxProps): ReactElement {
  if (node.type === null) return <Exit node={node} visited={visit !== undefined} />;
  const { title, numbers } = describeNode(node, { start, visit, stats }, words);
  const choose = onSelect === undefined ? {} : asButton(node.id, selected, onSelect);
  return (
    <g
      className="graph-box"
      transform={`translate(${String(node.x)},${String(node.y)})`}
      data-status={visit?.status}
      data-failures={(stats?.failed ?? 0) > 0 || undefined}
      data-selected={selected || undefined}
      role="img"
      aria-label={[title, numbers, exits].filter((part) => part !== "").join(". ")}
      {...choose}
    >
      <rect width={node.width} height={node.height} rx="8" />
      {start && <circle className="graph-start" cx={node.width / 2} cy="0" r="4" />}
      <text className="graph-name" x="12" y="24">
        {cut(node.id, visit === undefined ? 24 : 20)}
        <title>{node.id}</title>
      </text>
      {visit !== undefined && (
        <text className="graph-place" x={node.width - 12} y="24" textAnchor="end">
          {cut(visit.places.join(", "), 8)}
        </text>
      )}
      <text className="graph-type" x="12" y="40">
        {node.type}
      </text>
      <text className="graph-numbers" x="12" y="56">
        {numbers}
      </text>
    </g>
  );
}

function Exit({ node, visited }: { readonly node: PlacedNode; readonly visited: boolean }): ReactElement {
  return (
    <g
      className="graph-exit"
      data-taken={visited || undefined}
      transform={`translate(${String(node.x)},${String(node.y)})`}
      aria-hidden="true"
    >
      <rect width={node.width} height={node.height} rx={node.height / 2} />
      <text x={node.width / 2} y={node.height / 2} dy="0.34em" textAnchor="middle">
        {node.id}
      </text>
    </g>
  );
}

function asButton(id: string, selected: boolean, onSelect: (node: string) => void) {
  return {
    role: "button",
    tabIndex: 0,
    "aria-pressed": selected,
    onClick: () => onSelect(id),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      onSelect(id);
    },
  };
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}
