/**
 * The JSON of the admin API, as schemas: the server's answers are typed by them, the OpenAPI document is generated from
 * them, and the inspector takes its types from them. Names are snake_case, times ISO 8601 in UTC, durations say `_ms`.
 *
 * A value that may be sensitive is a `Masked` one: `{ "masked": true, "length": 43 }` until someone asks to reveal it.
 */
export {
  acceptance,
  answer,
  eventDetail,
  eventStatus,
  eventSummary,
  fieldValue,
  refusal,
  refusalDetail,
  shownBody,
  verification,
} from "./event-resources.ts";
export { flowDetail, flowEdge, flowGraph, flowNode, flowStats, flowSummary, flowTrigger } from "./flow-resources.ts";
export {
  acceptJob,
  auditEntry,
  editedReplayed,
  finding,
  gatewayInfo,
  overview,
  problem,
  replayed,
  replayJob,
  signedCurl,
  source,
  streamMessage,
  trafficBucket,
} from "./gateway-resources.ts";
export { runDetail, runError, runStatus, runSummary, step } from "./run-resources.ts";
export { anyJson, pageOf, percentiles } from "./values.ts";
