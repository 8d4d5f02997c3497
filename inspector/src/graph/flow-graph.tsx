/**
 * A flow as a picture: its steps as boxes, its ways as lines. It shows numbers over a period, or the way that one run took,
 * or both. Each box says in words what its colours and lines say; with `onSelect` the boxes are buttons.
 */
import { useId, useLayoutEffect, useMemo, useRef, type KeyboardEvent } from "react";
import type { FlowGraph as Graph, FlowStats } from "../../../src/admin/contract/index.ts";
import { count } from "../i18n/format.ts";
import { useLanguage } from "../i18n/i18n.tsx";
import { describeNode, numbersOf, type NodeState } from "./describe-node.ts";
import { cut, cutMiddle } from "./cut-text.ts";
import { LABEL_CHARACTERS, layoutGraph, type PlacedEdge, type PlacedNode } from "./layout-graph.ts";
import { takenWay, type TakenStep } from "./taken-way.ts";
import "./graph.css";

/** Where there is less room than the picture takes it shrinks so far, as long as its texts can be read; then it is scrolled. */
const SMALLEST_SCALE = 0.9;

export interface FlowGraphProps {
  /** The name of the picture for screen readers. */
  readonly label: string;
  readonly graph: Graph;
  /** The steps of one run: its way is drawn on the graph. */
  readonly taken?: readonly TakenStep[] | undefined;
  readonly stats?: FlowStats["nodes"] | undefined;
  readonly selected?: string | undefined;
  readonly onSelect?: ((node: string) => void) | undefined;
}

export function FlowGraph({ label, graph, taken, stats, selected, onSelect }: FlowGraphProps) {
  const { language } = useLanguage();
  const markerId = useId();
  const layout = useMemo(() => layoutGraph(graph), [graph]);
  const way = useMemo(() => (taken === undefined ? undefined : takenWay(graph, taken)), [graph, taken]);
  const frame = useRef<HTMLDivElement>(null);
  const start = layout.nodes.find(({ id }) => id === graph.start_node);
  useLayoutEffect(() => {
    // Where the picture is wider than the screen, it is read from its first step on.
    const picture = frame.current?.firstElementChild;
    if (!frame.current || !picture || !start) return;
    const scale = picture.getBoundingClientRect().width / layout.width;
    frame.current.scrollLeft = (start.x + start.width / 2) * scale - frame.current.clientWidth / 2;
  }, [start, layout.width]);
  const statsOf = new Map((stats ?? []).map((one) => [one.node, one]));
  const nodeOf = new Map(graph.nodes.map((node) => [node.id, node]));
  return (
    <div ref={frame} className="flow-graph" data-way={way && "shown"}>
      <svg
        aria-label={label}
        width={layout.width}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        style={{ minWidth: layout.width * SMALLEST_SCALE }}
      >
        <marker id={markerId} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0,0L8,4L0,8z" fill="context-stroke" />
        </marker>
        {layout.edges.map((edge, index) => (
          <Line
            key={`${edge.from} ${edge.to} ${edge.path}`}
            edge={edge}
            marker={markerId}
            isTaken={way?.edges.has(index) === true}
            count={statsOf.get(edge.from)?.next[edge.to]}
          />
        ))}
        {layout.nodes.map((placed) => {
          const node = nodeOf.get(placed.id);
          if (node === undefined) return <Exit key={placed.id} placed={placed} />;
          const state = { visit: way?.visits.get(node.id), stats: statsOf.get(node.id) };
          return (
            <Box
              key={placed.id}
              placed={placed}
              state={state}
              isStart={node.id === graph.start_node}
              isSelected={node.id === selected}
              onSelect={onSelect}
              description={describeNode(graph, node, state, language)}
            />
          );
        })}
      </svg>
    </div>
  );
}

interface LineProps {
  readonly edge: PlacedEdge;
  readonly marker: string;
  readonly isTaken: boolean;
  readonly count: number | undefined;
}

function Line({ edge, marker, isTaken, count: times }: LineProps) {
  const { language } = useLanguage();
  const label = edge.label ?? "";
  const title = times === undefined ? label : `${label} ${count(times, language)} ×`.trim();
  return (
    <g className="graph-line" data-kind={edge.kind} data-taken={isTaken || undefined} aria-hidden="true">
      {title !== "" && <title>{title}</title>}
      <path d={edge.path} markerEnd={`url(#${marker})`} />
      {label !== "" && (
        <text x={edge.labelAt.x} y={edge.labelAt.y} dy="0.32em" textAnchor="middle">
          {cutMiddle(label, LABEL_CHARACTERS)}
        </text>
      )}
    </g>
  );
}

interface BoxProps {
  readonly placed: PlacedNode;
  readonly state: NodeState;
  readonly isStart: boolean;
  readonly isSelected: boolean;
  readonly onSelect: ((node: string) => void) | undefined;
  readonly description: string;
}

function Box({ placed, state, isStart, isSelected, onSelect, description }: BoxProps) {
  const { language } = useLanguage();
  const { id, x, y, width, height } = placed;
  const { visit, stats } = state;
  return (
    <g
      className="graph-box"
      transform={`translate(${x},${y})`}
      data-node={id}
      data-status={visit?.status}
      data-failures={(stats?.failed ?? 0) > 0 || undefined}
      data-selected={isSelected || undefined}
      {...(onSelect
        ? asButton({ id, isSelected, onSelect, description })
        : { role: "graphics-symbol", "aria-label": description })}
    >
      <rect width={width} height={height} rx="8" />
      {isStart && <circle className="graph-start" cx={width / 2} cy="0" r="4" />}
      <text className="graph-name" x="12" y="23">
        {cut(id, visit === undefined ? 24 : 20)}
      </text>
      {visit !== undefined && (
        <text className="graph-place" x={width - 12} y="23" textAnchor="end">
          {cut(visit.places.join(", "), 8)}
        </text>
      )}
      <text className="graph-type" x="12" y="39">
        {placed.type}
      </text>
      <text className="graph-numbers" x="12" y="56">
        {numbersOf(state, language)}
      </text>
    </g>
  );
}

function Exit({ placed: { id, x, y, width, height } }: { readonly placed: PlacedNode }) {
  return (
    <g className="graph-exit" transform={`translate(${x},${y})`} aria-hidden="true">
      <rect width={width} height={height} rx={height / 2} />
      <text x={width / 2} y={height / 2} dy="0.34em" textAnchor="middle">
        {id}
      </text>
    </g>
  );
}

interface Choosable {
  readonly id: string;
  readonly isSelected: boolean;
  readonly onSelect: (node: string) => void;
  readonly description: string;
}

/** A button is named by what is written in it; the rest is its description. */
function asButton({ id, isSelected, onSelect, description }: Choosable) {
  return {
    "aria-description": description,
    role: "button",
    tabIndex: 0,
    "aria-pressed": isSelected,
    onClick: () => onSelect(id),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      onSelect(id);
    },
  };
}
