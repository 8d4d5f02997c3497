/**
 * What a node type is: a name, the schema of its config, and a compile step that turns a config into something that
 * runs. Compiling happens when a flow is loaded (faults are reported with their place in the YAML file) and again in
 * the runner thread that executes it; executing a compiled node touches the outside world only through its context.
 */
import type { z } from "zod";
import type { JsonObject, JsonValue } from "../base/index.ts";
import type { Answer } from "../event/index.ts";

export interface NodeType<Config = unknown> {
  /** As written in a flow's `type`. */
  readonly type: string;
  /** One sentence, for the schema and the reference. */
  readonly summary: string;
  /** Validates the config and generates the editor's JSON Schema. */
  readonly configSchema: z.ZodType<Config>;
  /** Compiles a valid config. Reports every fault it finds; returns undefined after an error. */
  compile(config: Config, context: CompileContext): CompiledNode | undefined;
  /** Reports as warnings what compiles and still cannot work. Asked when a flow is loaded, not where it runs. */
  suspect?(config: Config, context: CompileContext): void;
  /** Nodes that the config itself names as targets (a branch's `next` and `default`), for the graph checks. */
  targets?(config: Config): readonly ConfigTarget[];
  /** True when the config alone says where the run goes on: the node's own `next` would never be taken. */
  readonly routes?: true;
}

export interface ConfigTarget {
  readonly node: string;
  /** Where the name stands in the config. */
  readonly path: ConfigPath;
  /** What the edge means, for the drawn graph. */
  readonly label?: string;
}

export type ConfigPath = readonly (string | number)[];

export interface CompileContext {
  readonly nodeId: string;
  /** Names of the other flows of the bundle that this flow's tenant can start; undefined when not known (in a runner). */
  readonly flowNames?: ReadonlySet<string>;
  /** Ids and `output` names of the flow's nodes: what expressions may name besides the built-in names. */
  readonly outputNames?: ReadonlySet<string>;
  /** Names of the flow's variables; undefined when not known (in a runner). */
  readonly variables?: ReadonlySet<string>;
  /** Notes which names the config reads, where somebody wants to know. */
  mention?(names: Iterable<string>): void;
  /** Draws the lines of the flow's file around a part of a config value, for errors of a running step. */
  frame?(path: ConfigPath, range: { readonly start: number; readonly end: number }): string;
  /** Reports a fault of a config value; `range` are offsets into that value's text, e.g. into a script. */
  report(fault: ConfigFault): void;
}

export interface ConfigFault {
  readonly level: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly path: ConfigPath;
  readonly range?: { readonly start: number; readonly end: number };
}

export interface CompiledNode {
  execute(context: StepContext): Outcome | Promise<Outcome>;
}

/** What a step sees. Values are shared with other steps: nobody changes them. */
export interface StepContext {
  readonly event: EventView;
  readonly tenant: string;
  /** The flow's `variables`. */
  readonly variables: JsonObject;
  /** Output of the step before; `null` for the first. */
  readonly prev: Output;
  /** Outputs of all earlier steps by node id and by their `output` name. */
  readonly outputs: ReadonlyMap<string, Output>;
  /** `{run id}:{node id}`: the same for every try of the step. */
  readonly idempotencyKey: string;
  /** Wall clock, milliseconds. */
  now(): number;
  /** Pseudo-random in [0, 1), the same for every try of the run. */
  random(): number;
  /** Milliseconds of a clock that nobody sets. */
  monotonic(): number;
  /** When the step must be over, by `monotonic()`: a wall clock that is set forward costs no step its time. */
  readonly deadlineMs: number;
  /** Bytes of memory that the values which the step makes of JSON may take. */
  readonly valueBytes: number;
  /** Keeps a line that the step printed (bounded by the runner). */
  print(line: string): void;
}

/** A JSON value with its text: the text keeps `1.0` and 64-bit integers as they were. */
export interface Output {
  readonly json: string;
  /** Parsed once, when first asked for. */
  readonly value: JsonValue;
}

export interface EventView {
  readonly id: string;
  readonly tenant: string;
  readonly type: string;
  /** ISO 8601 in UTC. */
  readonly receivedAt: string;
  readonly method: string;
  /** Lower-case names; several values of one name are joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly providerType: string | null;
  readonly payload: Output;
}

export type Outcome =
  /** Go on at the node's own `next`. */
  | { readonly kind: "done"; readonly output: Output }
  /** Go on at `target`, which the config named (`undefined`: the run ends). */
  | { readonly kind: "goto"; readonly target: string | undefined; readonly output: Output }
  /** Answer the sender, then go on at `next`. */
  | { readonly kind: "respond"; readonly answer: Answer; readonly output: Output }
  /** Start another flow as its own run, then go on at `next`. */
  | { readonly kind: "start"; readonly flow: string; readonly payload: Output; readonly output: Output }
  | { readonly kind: "failed"; readonly error: StepError };

export interface StepError {
  /** Stable kebab-case kind, e.g. `script-error`. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  /** Code frame or more, as text. */
  readonly detail?: string;
}
