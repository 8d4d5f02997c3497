import { useRef } from "react";
import type { Acceptance, Refusal } from "../../../../src/admin/contract/index.ts";
import { ChooseAll, toggled } from "../../bulk/choose-all.tsx";
import { useRowKeys } from "../../list/use-row-keys.ts";
import { addressWith, navigate } from "../../shell/router.tsx";
import type { RefusedFilters } from "./refused-filters.ts";
import { RefusedRow } from "./refused-row.tsx";

interface RefusedListProps {
  readonly refusals: readonly Refusal[];
  readonly filters: RefusedFilters;
  /** The id of the one whose details are shown, or "". */
  readonly opened: string;
  /** Ids of those that were not accepted yet. */
  readonly choosable: readonly string[];
  readonly chosen: ReadonlySet<string>;
  readonly choose: (chosen: ReadonlySet<string>) => void;
  readonly outcomes: ReadonlyMap<string, Acceptance>;
}

export function RefusedList(props: RefusedListProps) {
  const { refusals, filters, opened, choosable, chosen, choose, outcomes } = props;
  const list = useRef<HTMLUListElement>(null);
  const closed = addressWith("/refused", { ...filters });
  const possible = new Set(choosable);
  useRowKeys(list, {
    x: () => {
      const id = document.activeElement?.closest<HTMLElement>("[data-refusal]")?.dataset["refusal"];
      if (id !== undefined && possible.has(id)) choose(toggled(chosen, id));
    },
    ...(opened !== "" && { Escape: () => navigate(closed) }),
  });
  return (
    <div className="card">
      <ChooseAll ids={choosable} chosen={chosen} choose={choose} />
      <ul className="refusals" ref={list}>
        {refusals.map((refusal) => {
          const { id } = refusal;
          return (
            <RefusedRow
              key={id}
              refusal={refusal}
              isOpen={id === opened}
              to={id === opened ? closed : addressWith(`/refused/${encodeURIComponent(id)}`, { ...filters })}
              choice={{
                isChosen: chosen.has(id),
                isPossible: possible.has(id),
                toggle: () => choose(toggled(chosen, id)),
              }}
              outcome={outcomes.get(id)}
            />
          );
        })}
      </ul>
    </div>
  );
}
