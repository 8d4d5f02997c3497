/**
 * The flows of a bundle, asked once per request: which of them does this event start?
 *
 * Invariants:
 * 1. A tenant sees the shared flows and its own; its own hides the shared one of the same name.
 * 2. A flow starts at most once per event, at its most exact matching trigger.
 * 3. `default` triggers count only when no other trigger that the tenant sees matches.
 * 4. Answers are remembered per tenant and event type; senders choose event types, so the memory is bounded.
 */
import type { FlowDefinition, Trigger } from "./flow-definition.ts";

export interface TriggerMatch {
  readonly flow: FlowDefinition;
  readonly startNode: string;
}

const MAX_REMEMBERED = 10_000;

export class FlowSet {
  readonly all: readonly FlowDefinition[];
  readonly #visible = new Map<string, readonly FlowDefinition[]>();
  readonly #matches = new Map<string, readonly TriggerMatch[]>();

  constructor(all: readonly FlowDefinition[]) {
    this.all = all;
  }

  /** The flows that a tenant sees, in the order of their files. */
  visibleTo(tenant: string): readonly FlowDefinition[] {
    const known = this.#visible.get(tenant);
    if (known !== undefined) return known;
    const own = this.all.filter((flow) => flow.tenant === tenant);
    const names = new Set(own.map(({ name }) => name));
    const visible = [...this.all.filter((flow) => flow.tenant === undefined && !names.has(flow.name)), ...own];
    remember(this.#visible, tenant, visible);
    return visible;
  }

  match(tenant: string, eventType: string): readonly TriggerMatch[] {
    const key = `${tenant}\n${eventType}`;
    const known = this.#matches.get(key);
    if (known !== undefined) return known;
    const visible = this.visibleTo(tenant);
    const matches = visible.flatMap((flow) => matchesOf(flow, (trigger) => rankOf(trigger, eventType)));
    const found = matches.length > 0 ? matches : visible.flatMap((flow) => matchesOf(flow, isDefault));
    remember(this.#matches, key, found);
    return found;
  }
}

/**
 * The flows that an event starts: all that match, each once. `default` triggers count only when nothing else matches.
 */
export function matchTriggers(flows: FlowSet, tenant: string, eventType: string): readonly TriggerMatch[] {
  return flows.match(tenant, eventType);
}

/** The flow of that name that a tenant sees: its own before the shared one. */
export function findFlow(flows: FlowSet, tenant: string, name: string): FlowDefinition | undefined {
  return flows.visibleTo(tenant).find((flow) => flow.name === name);
}

function matchesOf(flow: FlowDefinition, rank: (trigger: Trigger) => number): readonly TriggerMatch[] {
  let best: Trigger | undefined;
  let bestRank = 0;
  for (const trigger of flow.triggers) {
    const triggerRank = rank(trigger);
    if (triggerRank > bestRank) [best, bestRank] = [trigger, triggerRank];
  }
  return best === undefined ? [] : [{ flow, startNode: best.target }];
}

/** 0: no match. The more of the event type a trigger names, the higher. */
function rankOf(trigger: Trigger, eventType: string): number {
  if (trigger.type !== "event") return 0;
  const { eventType: pattern } = trigger;
  if (pattern === eventType) return Number.POSITIVE_INFINITY;
  if (!pattern.endsWith("*") || !eventType.startsWith(pattern.slice(0, -1))) return 0;
  return pattern.length;
}

function isDefault(trigger: Trigger): number {
  return trigger.type === "default" ? 1 : 0;
}

function remember<T>(memory: Map<string, T>, key: string, value: T): void {
  if (memory.size >= MAX_REMEMBERED) memory.clear();
  memory.set(key, value);
}
