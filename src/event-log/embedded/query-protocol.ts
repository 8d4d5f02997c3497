/** What the main thread and the query thread tell each other. */
import type { Refusal } from "../event-log.ts";
import type * as Queries from "../event-queries.ts";
import type { Segment } from "./segment-files.ts";

export interface QueryStart {
  readonly projectionPath: string;
  readonly refusalsPath: string;
}

/** Answers by the name of the question. */
export interface QueryAnswers {
  listEvents: Queries.Page<Queries.EventRowView>;
  eventsById: readonly Queries.EventRowView[];
  listRuns: Queries.Page<Queries.RunRowView>;
  runsById: readonly Queries.RunRowView[];
  listRefusals: Queries.Page<Refusal>;
  getRefusal: Refusal | undefined;
  refusalsById: readonly Refusal[];
  traffic: readonly Queries.TrafficBucket[];
  flowStats: Queries.FlowStats;
  sourceUse: readonly Queries.SourceUse[];
  changesSince: Queries.ChangePage;
  latestSequence: number;
}

/** A query without its signal, which stays on the main thread. */
export type Sendable<Q> = Omit<Q, "signal">;

export type Question =
  | { readonly name: "listEvents"; readonly query: Sendable<Queries.EventQuery> }
  | { readonly name: "eventsById" | "runsById" | "refusalsById"; readonly ids: readonly string[] }
  | { readonly name: "listRuns"; readonly query: Sendable<Queries.RunQuery> }
  | { readonly name: "listRefusals"; readonly query: Sendable<Queries.RefusalQuery> }
  | { readonly name: "getRefusal"; readonly refusalId: string }
  | { readonly name: "traffic"; readonly query: Queries.TrafficQuery }
  | { readonly name: "flowStats"; readonly query: Queries.FlowStatsQuery }
  | { readonly name: "sourceUse" | "latestSequence" }
  | { readonly name: "changesSince"; readonly sequence: number; readonly limit: number };

/** The journal as it was when the question was asked. */
export interface JournalView {
  readonly segments: readonly Segment[];
  readonly end: number;
  /** Another number: the projection's file is another one now. */
  readonly generation: number;
}

export type ToQueryThread =
  | { readonly type: "ask"; readonly id: number; readonly question: Question; readonly journal: JournalView }
  | { readonly type: "cancel"; readonly id: number }
  /** Those that there are now: the files of all others are closed, so that the disk has their room. */
  | { readonly type: "segments"; readonly segments: readonly Segment[] }
  | { readonly type: "close" };

export type FromQueryThread =
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | {
      readonly type: "failed";
      readonly id: number;
      readonly because: string;
      /** `unusable`: the file is damaged or gone. `reopened`: it was built again under the question. Either can be asked again. */
      readonly fault: "unusable" | "reopened" | "other";
    };
