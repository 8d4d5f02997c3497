import { call } from "../../api/client.ts";
import { eventRow, refusalRow } from "./feed.ts";
import { FeedPager, type LoadSource } from "./feed-pager.ts";
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
