import { asyncNode } from "./async.ts";
import { branchNode } from "./branch.ts";
import { httpResponseNode } from "./http-response.ts";
import type { NodeType } from "./node-type.ts";
import { scriptNode } from "./script.ts";
import { templateNode } from "./template.ts";

/** A node type whose config type only its own file knows. */
export type AnyNodeType = NodeType<never>;

/** Every node type there is. A new one is a file of its own and a line here. */
const ALL: readonly AnyNodeType[] = [
  scriptNode,
  branchNode,
  httpResponseNode,
  asyncNode,
  templateNode,
] as readonly unknown[] as readonly AnyNodeType[];

export const NODE_TYPES: ReadonlyMap<string, AnyNodeType> = new Map(ALL.map((nodeType) => [nodeType.type, nodeType]));
