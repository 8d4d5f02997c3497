/**
 * What is shown of one stored event, as the JSON that is sent. A payload or an output may be megabytes: to decode, mask and
 * print it takes seconds, so it is a task that says all it needs and can be done on another thread (`EventPrinter`).
 */
import { stringifyJson, type JsonValue } from "../../base/index.ts";
import type { Envelope } from "../../event/index.ts";
import type { EventDetail, EventRowView, RunDetail } from "../../event-log/index.ts";
import { echoesOf } from "../echoes.ts";
import { harEntryOf } from "../har.ts";
import type { MaskRules } from "../masking.ts";
import { detailToJson } from "../views.ts";
import { eventDetailJson } from "./event-json.ts";
import { firstEchoes, type FirstOfItsKind } from "./first-echoes.ts";
import { hiddenValue } from "./hidden-value.ts";
import { runDetailJson, type FlowsByHash } from "./run-json.ts";
import { readBody } from "./shown-body.ts";
import { runsWithRoom } from "./shown-runs.ts";

interface ShownEvent {
  readonly detail: EventDetail;
  readonly row: EventRowView;
  readonly rules: MaskRules;
  readonly flows: FlowsByHash;
  readonly first: FirstOfItsKind | undefined;
}

export type PrintTask =
  | ({ readonly what: "event" } & ShownEvent)
  /** As an entry of an HTTP archive. */
  | ({ readonly what: "har"; readonly publicBaseUrl: string } & ShownEvent)
  | {
      readonly what: "run";
      readonly run: RunDetail;
      readonly envelope: Envelope;
      readonly rules: MaskRules;
      readonly flows: FlowsByHash;
    }
  /** With nothing masked. */
  | { readonly what: "record"; readonly detail: EventDetail }
  /** One masked value, or null where there is none. */
  | { readonly what: "hidden"; readonly envelope: Envelope; readonly field: string };

export async function printJson(task: PrintTask): Promise<string> {
  // The types of the contract have optional members, which JSON leaves out.
  return stringifyJson((await valueOf(task)) as JsonValue);
}

async function valueOf(task: PrintTask): Promise<unknown> {
  switch (task.what) {
    case "event":
      return shownEvent(task);
    case "har":
      return harEntryOf(await shownEvent(task), task.publicBaseUrl);
    case "run":
      return shownRun(task);
    case "record":
      return detailToJson(task.detail);
    case "hidden":
      return (await hiddenValue(task.envelope, task.field)) ?? null;
    default:
      return task satisfies never;
  }
}

async function shownEvent({ detail, row, rules, flows, first }: ShownEvent) {
  return eventDetailJson(detail, row, { rules, flows, first: await firstEchoes(first, rules) });
}

async function shownRun({ run, envelope, rules, flows }: Extract<PrintTask, { what: "run" }>) {
  const { body, payload, payloadChars } = await readBody(envelope.headers, envelope.rawBody, rules);
  const echoes = echoesOf(envelope, payload, rules);
  const [shown = run] = runsWithRoom([run], payloadChars);
  return runDetailJson(shown, { eventType: envelope.eventType, payload: body.payload, echoes, flows });
}

/** About how much there is to be decoded and printed: bytes and characters. */
export function sizeOf(task: PrintTask): number {
  switch (task.what) {
    case "run":
      return bodySize(task.envelope) + runSize(task.run);
    case "hidden":
      return bodySize(task.envelope);
    case "event":
    case "har":
      return detailSize(task.detail) + (task.first?.envelope === undefined ? 0 : bodySize(task.first.envelope));
    case "record":
      return detailSize(task.detail);
    default:
      return task satisfies never;
  }
}

function detailSize({ envelope, answer, runs }: EventDetail): number {
  return runs.reduce((sum, run) => sum + runSize(run), bodySize(envelope) + (answer?.body.length ?? 0));
}

/** What a packed body unpacks to is not known before: a thousand times as much. */
function bodySize({ rawBody, headers }: Envelope): number {
  return headers.some(([name]) => name === "content-encoding") ? rawBody.length * 1000 : rawBody.length;
}

function runSize({ run, steps }: RunDetail): number {
  const outputs = steps.reduce(
    (sum, { outputJson = "", printed = [] }) => sum + outputJson.length + sizeOfAll(printed),
    0,
  );
  return (run.payloadJson?.length ?? 0) + outputs;
}

function sizeOfAll(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}
