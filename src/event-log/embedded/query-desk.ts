/** Answers questions from one projection file. What may take long comes in steps. */
import type Database from "better-sqlite3";
import { ChangeFeed } from "./change-feed.ts";
import { EventPages } from "./event-pages.ts";
import type { Steps } from "./query-page.ts";
import type { JournalView, QueryStart, Question } from "./query-protocol.ts";
import { RefusalReader } from "./refusal-reader.ts";
import { RowLookup } from "./row-lookup.ts";
import { RunPages } from "./run-pages.ts";
import { SourceUses } from "./source-uses.ts";
import { openSqlite } from "./sqlite.ts";
import { StatAnswers } from "./stat-answers.ts";
import { StoredJournal } from "./stored-journal.ts";

export class QueryDesk {
  readonly #db: Database.Database;
  readonly #refusals: RefusalReader;
  readonly #journal = new StoredJournal();
  readonly #events: EventPages;
  readonly #runs: RunPages;
  readonly #stats: StatAnswers;
  readonly #sources: SourceUses;
  readonly #feed: ChangeFeed;

  /** `onStatement` is told the text of each statement that is run. */
  constructor(start: QueryStart, onStatement?: (sql: unknown) => void) {
    this.#db = openSqlite(start.projectionPath, {
      readonly: true,
      fileMustExist: true,
      ...(onStatement !== undefined && { verbose: onStatement }),
    });
    this.#refusals = new RefusalReader(start.refusalsPath);
    const lookup = new RowLookup(this.#db);
    this.#events = new EventPages(this.#db, lookup, this.#refusals, this.#journal);
    this.#runs = new RunPages(this.#db, lookup, this.#journal);
    this.#stats = new StatAnswers(this.#db, this.#refusals);
    this.#sources = new SourceUses(this.#db);
    this.#feed = new ChangeFeed(this.#db, lookup, this.#refusals);
  }

  /**
   * Does some work on one state of the projection. A list asks for each status by itself: between two of these questions
   * an event could go from the one that is still to be asked for to the one that was.
   */
  inSnapshot<T>(work: () => T): T {
    return this.#db.transaction(work)();
  }

  /** Looks at these segments of the journal from now on. */
  use(segments: JournalView["segments"]): void {
    this.#journal.use(segments);
  }

  *answer(question: Question, view: JournalView): Steps<unknown> {
    this.use(view.segments);
    switch (question.name) {
      case "listEvents":
        return yield* this.#events.list(question.query, view);
      case "eventsById":
        return this.#events.byIds(question.ids);
      case "listRuns":
        return yield* this.#runs.list(question.query);
      case "runsById":
        return this.#runs.byIds(question.ids);
      case "listRefusals":
        return yield* this.#refusals.list(question.query);
      case "getRefusal":
        return this.#refusals.byId(question.refusalId);
      case "refusalsById":
        return this.#refusals.byIds(question.ids);
      case "traffic":
        return yield* this.#stats.traffic(question.query);
      case "flowStats":
        return yield* this.#stats.flowStats(question.query);
      case "sourceUse":
        return yield* this.#sources.answer();
      case "changesSince":
        return this.#feed.since(question.sequence, question.limit, view);
      case "latestSequence":
        return this.#refusals.latest(view.end);
      default:
        return question satisfies never;
    }
  }

  close(): void {
    this.#journal.close();
    this.#db.close();
    this.#refusals.close();
  }
}
