/** JSON paths in the answers, and where in their text each stands. */
import { isMap, isScalar, isSeq, type LineCounter, type ParsedNode } from "yaml";

/** From 1, as editors count. */
export interface AnswerPlace {
  readonly line: number;
  readonly column: number;
}

/** The path of a member: `$.a.b`, or `$.a["order.created"]` where a name is none of a plain kind. */
export function memberPath(path: string, name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
}

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g;

function stepsOf(path: string): readonly string[] {
  return Array.from(path.matchAll(STEP), ([, plain, index, quoted]) =>
    quoted === undefined ? (plain ?? index ?? "") : (JSON.parse(quoted) as string),
  );
}

export function placeAt(offset: number, lines: LineCounter): AnswerPlace {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Where a path stands; of what is missing, where it would belong: at the nearest that is there. */
export function placeOfPath(root: ParsedNode | null, lines: LineCounter, path: string): AnswerPlace {
  let node: unknown = root;
  let offset = root?.range[0] ?? 0;
  for (const step of stepsOf(path)) {
    const found = memberOf(node, step);
    if (found === undefined) break;
    offset = found.offset;
    node = found.value;
  }
  return placeAt(offset, lines);
}

function memberOf(node: unknown, step: string): { readonly offset: number; readonly value: unknown } | undefined {
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
    return pair && { offset: pair.key.range[0], value: pair.value };
  }
  const item = isSeq<ParsedNode>(node) ? node.items[Number(step)] : undefined;
  return item && { offset: item.range[0], value: item };
}
