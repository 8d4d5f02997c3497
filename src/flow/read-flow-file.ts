/**
 * One flow file as a draft: the parts that have the right shape, with a diagnostic for each that has not. What needs
 * the other parts or the other files (targets, loops, names) is checked on the draft later.
 */
import type { z } from "zod";
import type { JsonObject, JsonValue } from "../base/index.ts";
import { nearest } from "../base/index.ts";
import { NODE_TYPES } from "../nodes/index.ts";
import { Source, type Diagnostic, type Span } from "../text/index.ts";
import { describeIssues, type ShapeFault } from "./describe-issues.ts";
import { eventTypeFault } from "./event-type-fault.ts";
import type { FlowFaultCode } from "./fault-codes.ts";
import type { FlowNode } from "./flow-definition.ts";
import { flowSchema, nodeSchema, triggerSchema } from "./flow-schema.ts";
import { isObject, listOf, readablePart, wholeOf, type ReadablePart } from "./readable-part.ts";
import { readYaml, type ValuePath, type YamlFile } from "./yaml-file.ts";

export interface FlowFile {
  /** As it is shown in messages to whoever loads it. */
  readonly path: string;
  /** Its path in the bundle: what stories of runs say, wherever the bundle lies. Absent: `path`. */
  readonly inBundle?: string;
  readonly text: string;
  /** Set for a tenant's own flow. */
  readonly tenant?: string;
}

export interface DraftNode extends FlowNode {
  /** Its place in the list. */
  readonly index: number;
  /** False when its type, its config or a target is wrong: its edges are not known then. */
  readonly isSound: boolean;
  /** The config without what is wrong in it; undefined where it cannot be read without that. */
  readonly readable: ReadablePart | undefined;
}

export type NodeConfig = Pick<DraftNode, "id" | "type" | "index" | "readable">;

export interface DraftTrigger {
  readonly index: number;
  readonly type: "event" | "default";
  readonly eventType?: string;
  readonly target?: string;
}

export class FlowDraft {
  readonly file: FlowFile;
  readonly source: Source;
  readonly diagnostics: Diagnostic[] = [];
  readonly name: string;
  readonly header: z.infer<typeof flowSchema> | undefined;
  readonly nodes: readonly DraftNode[];
  /** Ids of nodes whose own shape is wrong, so that a target that names one is not reported as unknown. */
  readonly brokenIds: ReadonlySet<string>;
  readonly triggers: readonly DraftTrigger[];
  readonly #shapelessNodes: NodeConfig[] = [];
  /** The path of the list of nodes: nothing where the file is a bare list. */
  readonly nodesPath: readonly string[];
  readonly #yaml: YamlFile | undefined;

  constructor(file: FlowFile) {
    this.file = file;
    this.source = new Source(file.path, file.text);
    const { file: yaml, diagnostics } = readYaml(this.source);
    // One by one: a file may have more of them than a call takes arguments.
    for (const diagnostic of diagnostics) this.diagnostics.push(diagnostic);
    this.#yaml = yaml;
    const root = yaml?.value ?? null;
    this.nodesPath = Array.isArray(root) ? [] : ["nodes"];
    const fields: JsonValue = Array.isArray(root) ? { nodes: root } : root;
    this.header = yaml === undefined ? undefined : this.#parse(flowSchema, fields, []);
    const parts = isObject(fields) ? fields : {};
    // Also of a faulty file: other flows may start it by that name.
    const { name } = parts;
    this.name = typeof name === "string" ? name : nameOfFile(file.path);
    const broken = new Set<string>();
    this.nodes = listOf(parts["nodes"]).flatMap((node, index) => this.#node(node, index, broken));
    this.brokenIds = broken;
    this.triggers = listOf(parts["triggers"]).flatMap((trigger, index) => this.#trigger(trigger, index));
  }

  /** The flows that nodes of this one start. */
  get starts(): readonly { readonly index: number; readonly flow: string }[] {
    return this.nodes.flatMap((node) => {
      const flow = startedFlowOf(node);
      return flow === undefined ? [] : [{ index: node.index, flow }];
    });
  }

  /** The configs of all nodes, also of those that are none for want of an id. */
  get configs(): readonly NodeConfig[] {
    return [...this.nodes, ...this.#shapelessNodes];
  }

  get hasErrors(): boolean {
    return this.diagnostics.some(({ level }) => level === "error");
  }

  /** Adds a diagnostic at a value of the file. */
  report(
    level: Diagnostic["level"],
    code: FlowFaultCode,
    message: string,
    path: ValuePath,
    more: { readonly hint?: string; readonly range?: Span; readonly isKey?: true } = {},
  ): void {
    const yaml = this.#yaml;
    const span =
      yaml === undefined ? { start: 0, end: 0 } : more.isKey ? yaml.spanOfKey(path) : yaml.spanOf(path, more.range);
    const diagnostic = { level, code, message, source: this.source, span };
    this.diagnostics.push(more.hint === undefined ? diagnostic : { ...diagnostic, hint: more.hint });
  }

  /** The place of a value. */
  spanOf(path: ValuePath): Span {
    return this.#yaml?.spanOf(path) ?? { start: 0, end: 0 };
  }

  /** What the file has at a path. */
  valueAt(path: ValuePath): JsonValue | undefined {
    return this.#yaml?.valueAt(path);
  }

  /** Whether the file has a value at a path. */
  has(path: ValuePath): boolean {
    return this.#yaml?.has(path) ?? false;
  }

  pathOfNode(index: number): ValuePath {
    return [...this.nodesPath, index];
  }

  #parse<T>(schema: z.ZodType<T>, value: JsonValue, path: ValuePath): T | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const fault of describeIssues(result.error.issues, schema, value, nameOf(path)))
      this.#reportShape(fault, path);
    return undefined;
  }

  #reportShape(fault: ShapeFault, path: ValuePath): void {
    // In a bare list there is no key `nodes` to point at.
    const inner =
      path.length === 0 && this.nodesPath.length === 0 && fault.path[0] === "nodes" ? fault.path.slice(1) : fault.path;
    const { hint, isKey } = fault;
    this.report("error", fault.code, fault.message, [...path, ...inner], {
      ...(hint !== undefined && { hint }),
      ...(isKey === true && { isKey }),
    });
  }

  #node(value: JsonValue, index: number, broken: Set<string>): readonly DraftNode[] {
    const path = this.pathOfNode(index);
    // What can be read of a faulty node is checked, too.
    const shell = this.#parse(nodeSchema, value, path) ?? withoutFaulty(nodeSchema, value);
    if (shell === undefined) {
      this.#shapeless(value, index, broken);
      return [];
    }
    if (shell.to !== undefined && shell.next !== undefined)
      this.report("error", "two-targets", "`to` is another name of `next`; only one of them can be set.", [
        ...path,
        "to",
      ]);
    const { id, type, config = {}, on_error: onError, output, timeout: timeoutMs } = shell;
    const next = shell.next ?? shell.to;
    const { isSound, readable } = this.#checkConfig(type, config, path);
    const given = value as JsonObject;
    const hasTargets = next === (given["next"] ?? given["to"]) && onError === given["on_error"];
    if (next !== undefined && NODE_TYPES.get(type)?.routes === true) {
      const hint = "Remove it; `default` in the config says where the run goes on otherwise.";
      const key = shell.next === undefined ? "to" : "next";
      this.report("error", "unused-target", `A \`${type}\` goes on where its config says.`, [...path, key], { hint });
    }
    return [
      {
        id,
        type,
        config,
        index,
        isSound: isSound && hasTargets,
        readable,
        ...(next !== undefined && { next }),
        ...(onError !== undefined && { onError }),
        ...(output !== undefined && { output }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      },
    ];
  }

  /** A node that cannot be used without what is wrong of it, such as its id: its config is checked all the same. */
  #shapeless(value: JsonValue, index: number, broken: Set<string>): void {
    if (!isObject(value)) return;
    const { id, type, config = {} } = value;
    if (typeof id === "string") broken.add(id);
    if (typeof type !== "string") return;
    const { readable } = this.#checkConfig(type, config, this.pathOfNode(index));
    this.#shapelessNodes.push({ id: typeof id === "string" ? id : "", type, index, readable });
  }

  #checkConfig(type: string, config: JsonValue, path: ValuePath): Pick<DraftNode, "isSound" | "readable"> {
    const nodeType = NODE_TYPES.get(type);
    if (nodeType !== undefined) {
      const { configSchema } = nodeType;
      const isSound = this.#parse(configSchema, config, [...path, "config"]) !== undefined;
      return { isSound, readable: isSound ? wholeOf(config) : readablePart(configSchema, config) };
    }
    const similar = nearest(type, NODE_TYPES.keys());
    const hint =
      similar === undefined ? `Node types: ${[...NODE_TYPES.keys()].join(", ")}.` : `Did you mean \`${similar}\`?`;
    this.report("error", "unknown-node-type", `There is no node type \`${type}\`.`, [...path, "type"], { hint });
    return { isSound: false, readable: undefined };
  }

  #trigger(value: JsonValue, index: number): readonly DraftTrigger[] {
    const path = ["triggers", index];
    const trigger = this.#parse(triggerSchema, value, path);
    if (trigger === undefined) return [];
    const target = trigger.target === undefined ? {} : { target: trigger.target };
    if (trigger.type === "default") return [{ index, type: "default", ...target }];
    const bad = eventTypeFault(trigger.event_type);
    if (bad !== undefined)
      this.report("error", "bad-event-type", bad.message, [...path, "event_type"], { hint: bad.hint });
    return [{ index, type: "event", eventType: trigger.event_type, ...target }];
  }
}

/** What a schema makes of an object without what is wrong in it; undefined where it needs that. */
function withoutFaulty<T>(schema: z.ZodType<T>, value: JsonValue): T | undefined {
  const part = readablePart(schema, value);
  return part === undefined ? undefined : schema.parse(part.value);
}

/** What the value at a path is called in a message. */
function nameOf(path: ValuePath): string {
  const last = path.at(-1);
  if (last === undefined) return "The file";
  if (typeof last === "string") return `\`${last}\``;
  return path.includes("triggers") ? "A trigger" : "A node";
}

function startedFlowOf({ type, config }: DraftNode): string | undefined {
  const flow = type === "async" && isObject(config) ? config["flow"] : undefined;
  return typeof flow === "string" ? flow : undefined;
}

function nameOfFile(path: string): string {
  const base = path.split(/[/\\]/).at(-1) ?? path;
  return base.replace(/\.(ygtc|ya?ml)$/i, "");
}
