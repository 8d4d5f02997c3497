/**
 * A flow that was found to be right, in two forms: the text that is stored with the runs (by content hash, so that a
 * run goes on with the definition it began with), and what the gateway asks it.
 */
import type { JsonObject, JsonValue } from "../base/index.ts";

export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly maxAttempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly factor: number;
}

export type Trigger =
  | { readonly type: "event"; readonly eventType: string; readonly target: string }
  | { readonly type: "default"; readonly target: string };

/** A node as the file says it. Targets are as written; `next` also stands for the alias `to`. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly config: JsonValue;
  readonly next?: string;
  readonly onError?: string;
  readonly output?: string;
  readonly timeoutMs?: number;
}

/** An edge of the drawn graph; `to` may be a built-in target. */
export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: "next" | "choice" | "error";
  readonly label?: string;
}

export interface FlowGraph {
  readonly nodes: readonly { readonly id: string; readonly type: string }[];
  readonly edges: readonly FlowEdge[];
}

export interface FlowDefinition {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  /** The tenant whose own flow this is; a shared flow has none. */
  readonly tenant?: string;
  /** The path under which the file was loaded. */
  readonly file: string;
  /** SHA-256 of `definitionJson`, hexadecimal. */
  readonly hash: string;
  /** All that a runner needs, as JSON. */
  readonly definitionJson: string;
  /** The first node: where a run begins that another flow started. */
  readonly startNode: string;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly triggers: readonly Trigger[];
  readonly nodes: readonly FlowNode[];
  /** Whether a run that begins at `startNode` can come to an `http_response`. */
  answersFrom(startNode: string): boolean;
  graph(): FlowGraph;
}

/** What is stored: `definitionJson` before it is text. A change that old code cannot read raises `format`. */
export interface StoredFlow {
  readonly format: 1;
  readonly name: string;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly variables: JsonObject;
  readonly startNode: string;
  readonly nodes: readonly FlowNode[];
  /** The file by its path in the bundle, so that an error of a step can show its lines. */
  readonly file: string;
  readonly text: string;
  /** Where each node stands in the file: the list's key, or nothing where the file is the list. */
  readonly nodesPath: readonly string[];
}

export const STORED_FORMAT = 1;
