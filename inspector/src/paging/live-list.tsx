import type { ReactNode } from "react";
import { LoadedView } from "../ui/loaded-view.tsx";
import { OlderButton } from "./older-button.tsx";
import type { LivePages } from "./use-live-pages.ts";

interface LiveListProps<Item> {
  readonly list: LivePages<Item>;
  readonly empty: ReactNode;
  /** The button's words for so many new items. */
  readonly newOnes: (count: number) => string;
  readonly children: (items: readonly Item[]) => ReactNode;
}

/** A list that follows the stream: its items, what came since, the way to older ones; or why there is nothing. */
export function LiveList<Item>({ list, empty, newOnes, children }: LiveListProps<Item>) {
  return (
    <LoadedView loaded={list.loaded} reload={list.reload}>
      {(pages) => (
        <div className="live-list">
          <div className="fresh" role="status">
            {list.fresh > 0 && (
              <button type="button" className="button primary" onClick={list.reload}>
                {newOnes(list.fresh)}
              </button>
            )}
          </div>
          {pages.items.length === 0 ? empty : children(pages.items)}
          <OlderButton pages={pages} />
        </div>
      )}
    </LoadedView>
  );
}
