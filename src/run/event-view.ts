import { queryFields } from "../base/index.ts";
import { NULL_OUTPUT, outputFromJson, type EventView, type Output } from "../nodes/index.ts";
import { decodePayload } from "../payload/index.ts";
import type { RunTask } from "./run-task.ts";

/**
 * The event as a flow sees it. The payload of a child run is what its parent gave it.
 * @throws PayloadFault when the body is not what its headers claim.
 */
export async function viewEvent(task: RunTask): Promise<EventView> {
  const { envelope, run } = task;
  return {
    id: envelope.id,
    tenant: envelope.tenant,
    type: envelope.eventType,
    receivedAt: new Date(envelope.receivedAtMs).toISOString(),
    method: envelope.method,
    headers: joined(envelope.headers),
    query: joined(queryFields(envelope.target)),
    providerType: envelope.providerType ?? null,
    payload: run.payloadJson === undefined ? await payloadOf(task) : outputFromJson(run.payloadJson),
  };
}

async function payloadOf({ envelope, maxPayloadBytes }: RunTask): Promise<Output> {
  if (envelope.rawBody.length === 0) return NULL_OUTPUT;
  return outputFromJson(await decodePayload(envelope.headers, envelope.rawBody, maxPayloadBytes, { isChecked: true }));
}

/** Several values of one name are joined as RFC 9110 section 5.3 joins header fields. */
function joined(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const values = Object.create(null) as Record<string, string>;
  for (const [name, value] of pairs) {
    const before = values[name];
    values[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return values;
}
