/**
 * Several lists by cursor as one, newest first: stored events and refused requests are kept apart by the gateway and read
 * together here.
 *
 * Invariants:
 * 1. A row is given only when no list can still bring a newer one: what was given has no holes, whatever the lists' shares.
 * 2. A load that fails changes nothing: the next call asks again for the same.
 */
import { newestFirst, type FeedRow } from "./feed.ts";

export interface SourcePage {
  readonly rows: readonly FeedRow[];
  readonly cursor: string | null;
  /** Set when a search ran out of time: it looked back to there, and goes on behind `cursor`. */
  readonly searchedTo: string | null;
}

export type LoadSource = (cursor: string | undefined, limit: number) => Promise<SourcePage>;

export interface FeedPage {
  readonly rows: readonly FeedRow[];
  readonly isEnd: boolean;
  /** How far a search looked that ran out of time. */
  readonly searchedTo: string | null;
}

interface Source {
  readonly load: LoadSource;
  rows: FeedRow[];
  /** Undefined before the first page, null after the last. */
  cursor: string | null | undefined;
  searchedTo: string | null;
}

export class FeedPager {
  readonly #sources: readonly Source[];

  constructor(loads: readonly LoadSource[]) {
    this.#sources = loads.map((load) => ({ load, rows: [], cursor: undefined, searchedTo: null }));
  }

  /** The next rows: at most `count`, fewer at the end and where a search ran out of time. @throws what a load throws */
  async next(count: number): Promise<FeedPage> {
    const rows: FeedRow[] = [];
    while (rows.length < count) {
      const dry = this.#sources.filter((source) => source.rows.length === 0 && source.cursor !== null);
      if (dry.length > 0) {
        const isCut = dry.some(({ searchedTo }) => searchedTo !== null);
        if (isCut && rows.length > 0) break;
        await Promise.all(dry.map((source) => fill(source, count)));
        if (dry.some(({ rows: own, cursor }) => own.length === 0 && cursor !== null)) break;
      }
      const row = newestOf(this.#sources)?.rows.shift();
      if (row === undefined) break;
      rows.push(row);
    }
    return { rows, isEnd: this.#sources.every(isOver), searchedTo: this.#searchedTo() };
  }

  /** The list that looked back least says how far everything was looked through. */
  #searchedTo(): string | null {
    const times = this.#sources.filter((source) => !isOver(source)).map(({ searchedTo }) => searchedTo ?? "");
    return times.sort().at(-1) || null;
  }
}

async function fill(source: Source, limit: number): Promise<void> {
  const page = await source.load(source.cursor ?? undefined, limit);
  source.rows = [...page.rows];
  source.cursor = page.cursor;
  source.searchedTo = page.searchedTo;
}

function isOver({ rows, cursor }: Source): boolean {
  return rows.length === 0 && cursor === null;
}

function newestOf(sources: readonly Source[]): Source | undefined {
  const filled = sources.filter(({ rows }) => rows.length > 0);
  return filled.sort((a, b) => (a.rows[0] && b.rows[0] ? newestFirst(a.rows[0], b.rows[0]) : 0))[0];
}
