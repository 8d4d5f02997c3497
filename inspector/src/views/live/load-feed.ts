import { call } from "../../api/client.ts";
import { eventRow, newestFirst, refusalRow, type FeedRow } from "./feed.ts";
import { FeedPager, type FeedPage, type LoadSource } from "./feed-pager.ts";
import { boundsOf, wantsEvents, wantsRefusals, type Filters } from "./live-filters.ts";

/**
 * The rows that the filters let through, from now or from `behind` (an ISO time, which is included) backwards. The period is
 * that of the moment at which it is called.
 */
export function feedPager(filters: Filters, behind?: string): FeedPager {
  const { period: _period, ...asked } = filters;
  const bounds = boundsOf(filters, Date.now());
  const query = { ...asked, ...bounds, until: behind ?? bounds.until };
  const { q, tenant, type, since, until } = query;
  const events: LoadSource = async (cursor, limit) => {
    const page = await call("listEvents", { query: { ...query, cursor, limit } });
    return { rows: page.items.map(eventRow), cursor: page.next_cursor, searchedTo: page.searched_to };
  };
  const refusals: LoadSource = async (cursor, limit) => {
    const page = await call("listRefused", { query: { q, tenant, type, since, until, cursor, limit } });
    return { rows: page.items.map(refusalRow), cursor: page.next_cursor, searchedTo: page.searched_to };
  };
  return new FeedPager([...(wantsEvents(filters) ? [events] : []), ...(wantsRefusals(filters) ? [refusals] : [])]);
}

type Place = Pick<FeedRow, "at" | "id">;

/** Rows from a place on, which is included; `pager` begins at its time. */
export async function pageFrom(pager: FeedPager, first: Place, limit: number): Promise<FeedPage> {
  const page = await pager.next(limit);
  return { ...page, rows: page.rows.filter((row) => newestFirst(row, first) >= 0) };
}

/** All rows from a place on, which is included, to another one, which is not. */
export async function rowsBetween(
  pager: FeedPager,
  first: Place,
  end: Place,
  limit: number,
): Promise<readonly FeedRow[]> {
  const rows: FeedRow[] = [];
  for (;;) {
    const page = await pageFrom(pager, first, limit);
    const wanted = page.rows.filter((row) => newestFirst(row, end) < 0);
    rows.push(...wanted);
    if (page.isEnd || wanted.length < page.rows.length) return rows;
  }
}
