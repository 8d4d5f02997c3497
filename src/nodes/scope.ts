/**
 * The names that a flow's expressions, templates and scripts can use, and their values in one step.
 *
 * Invariants:
 * 1. A value is made only when its name is asked for, so a large payload is not parsed for a step that ignores it.
 * 2. A name of the flow's own (a node's id or `output`) never hides a built-in one; such ids are refused at load.
 */
import type { JsonObject, JsonValue } from "../base/index.ts";
import type { EventView, StepContext } from "./node-type.ts";

/** The names that are always there. */
export const BUILT_IN_NAMES: readonly string[] = ["event", "headers", "payload", "tenant", "flow", "prev"];

/** What an `event` has. */
export const EVENT_FIELDS: ReadonlySet<string> = new Set([
  "id",
  "type",
  "tenant",
  "received_at",
  "method",
  "headers",
  "query",
  "provider_type",
  "payload",
]);

/** Every name that a node of a flow with these outputs may use. */
export function namesInFlow(outputNames: ReadonlySet<string> | undefined): ReadonlySet<string> {
  return new Set([...BUILT_IN_NAMES, ...(outputNames ?? [])]);
}

/** A scope with the values of `names`; a step that has not run has no entry. */
export function scopeFor(context: StepContext, names: Iterable<string>): JsonObject {
  const scope = Object.create(null) as Record<string, JsonValue>;
  for (const name of names) {
    const value = valueOf(context, name);
    if (value !== undefined) scope[name] = value;
  }
  return scope;
}

function valueOf(context: StepContext, name: string): JsonValue | undefined {
  switch (name) {
    case "event":
      return eventObject(context.event);
    case "headers":
      return context.event.headers;
    case "payload":
      return context.event.payload.value;
    case "tenant":
      return context.tenant;
    case "flow":
      return context.variables;
    case "prev":
      return context.prev.value;
    default:
      return context.outputs.get(name)?.value;
  }
}

const views = new WeakMap<EventView, JsonObject>();

/** `event` as flows see it. The payload is parsed when it is first read. */
function eventObject(event: EventView): JsonObject {
  const known = views.get(event);
  if (known !== undefined) return known;
  const object = Object.assign(Object.create(null) as Record<string, JsonValue>, {
    ...eventFields(event),
    headers: event.headers,
    query: event.query,
  });
  Object.defineProperty(object, "payload", { enumerable: true, get: () => event.payload.value });
  views.set(event, object);
  return object;
}

interface EventFields {
  readonly id: string;
  readonly type: string;
  readonly tenant: string;
  readonly received_at: string;
  readonly method: string;
  readonly provider_type: string | null;
}

/** The fields of `event` that are plain texts. */
export function eventFields(event: EventView): EventFields {
  return {
    id: event.id,
    type: event.type,
    tenant: event.tenant,
    received_at: event.receivedAt,
    method: event.method,
    provider_type: event.providerType,
  };
}
