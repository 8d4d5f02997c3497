/** Reads lists page by page, for the contract of the queries. */
import type { EventQuery, Page, RefusalQuery, RunQuery } from "./event-queries.ts";
import type { LogUnderTest } from "./log-under-test.contract.ts";

export interface Lists {
  /** Ids of all that match, newest first. */
  readonly events: (query?: Partial<EventQuery>) => Promise<string[]>;
  readonly runs: (query?: Partial<RunQuery>) => Promise<string[]>;
  readonly refusals: (query?: Partial<RefusalQuery>) => Promise<string[]>;
}

export function listsOf(on: LogUnderTest): Lists {
  return {
    events: async (query) =>
      idsOf(await allPages((cursor) => on.log.queries.listEvents({ limit: 2, ...query, ...cursor }))),
    runs: async (query) => {
      const rows = await allPages((cursor) => on.log.queries.listRuns({ limit: 2, ...query, ...cursor }));
      return rows.map((row) => row.run.id);
    },
    refusals: async (query) =>
      idsOf(await allPages((cursor) => on.log.queries.listRefusals({ limit: 2, ...query, ...cursor }))),
  };
}

export function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map((row) => row.id);
}

async function allPages<T>(ask: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: { cursor?: string } = {}; ;) {
    const page = await ask(cursor);
    items.push(...page.items);
    if (page.nextCursor === undefined) return items;
    cursor = { cursor: page.nextCursor };
  }
}
