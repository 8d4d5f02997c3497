/** The types the inspector shares with the server; it imports them as types only. */
import type { z } from "zod";
import type * as resource from "./resources.ts";

export { operations, type Operation, type OperationName } from "./operations.ts";

export type EventSummary = z.infer<typeof resource.eventSummary>;
export type EventDetail = z.infer<typeof resource.eventDetail>;
export type FieldValue = z.infer<typeof resource.fieldValue>;
export type ShownBody = z.infer<typeof resource.shownBody>;
export type Verification = z.infer<typeof resource.verification>;
export type Answer = z.infer<typeof resource.answer>;
export type RunSummary = z.infer<typeof resource.runSummary>;
export type RunDetail = z.infer<typeof resource.runDetail>;
export type RunError = z.infer<typeof resource.runError>;
export type Step = z.infer<typeof resource.step>;
export type Refusal = z.infer<typeof resource.refusal>;
export type RefusalDetail = z.infer<typeof resource.refusalDetail>;
export type FlowSummary = z.infer<typeof resource.flowSummary>;
export type FlowDetail = z.infer<typeof resource.flowDetail>;
export type FlowGraph = z.infer<typeof resource.flowGraph>;
export type FlowStats = z.infer<typeof resource.flowStats>;
export type Source = z.infer<typeof resource.source>;
export type Overview = z.infer<typeof resource.overview>;
export type TrafficBucket = z.infer<typeof resource.trafficBucket>;
export type Finding = z.infer<typeof resource.finding>;
export type Acceptance = z.infer<typeof resource.acceptance>;
export type AcceptJob = z.infer<typeof resource.acceptJob>;
export type ReplayJob = z.infer<typeof resource.replayJob>;
export type AuditEntry = z.infer<typeof resource.auditEntry>;
export type SignedCurl = z.infer<typeof resource.signedCurl>;
export type Problem = z.infer<typeof resource.problem>;
export type GatewayInfo = z.infer<typeof resource.gatewayInfo>;
export type StreamMessage = z.infer<typeof resource.streamMessage>;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
  readonly searched_to: string | null;
}
