/**
 * What a flow answered after the sender had gone with our own 202: it stands in the output of its step, and is what a
 * redelivery is told.
 */
import { parseJson, stringifyJson, type JsonObject, type JsonValue } from "../base/index.ts";
import { hasNoBody, type Answer } from "../event/index.ts";
import type { EventDetail, StepDone } from "../event-log/index.ts";

/** The first answer that a run of this event gave; undefined: none did by now. What replays and children say is none. */
export function lateAnswerOf({ runs }: Pick<EventDetail, "runs">): Answer | undefined {
  const own = runs.filter(({ run }) => run.replayOf === undefined && run.parentRunId === undefined);
  const given = own.flatMap(({ steps }) =>
    steps.filter(({ nodeType, status }) => nodeType === "http_response" && status === "succeeded"),
  );
  const [first] = given.sort((a, b) => endOf(a) - endOf(b));
  return first?.outputJson === undefined ? undefined : answerIn(parseJson(first.outputJson) as JsonObject);
}

function endOf({ startedAtMs, durationMs }: StepDone): number {
  return startedAtMs + durationMs;
}

/** The step's output is `{ status, headers, body }`. */
function answerIn({ status, headers, body }: JsonObject): Answer | undefined {
  if (typeof status !== "number" || typeof headers !== "object") return undefined;
  return { status, headers: headers as Answer["headers"], body: hasNoBody(status) ? "" : textOf(body ?? null) };
}

function textOf(body: JsonValue): string {
  if (typeof body === "string") return body;
  return body === null ? "" : stringifyJson(body);
}
